"""Dropping rows of the database that were made from artifacts that are gone."""

from tickertone.store.artifacts import step_folders
from tickertone.store.schema import TABLES_BY_FINGERPRINT, TEXT_SHARDS
from tickertone.store.warehouse import writing
from tickertone.workspace import Workspace


def forget_rows_without_artifact(workspace: Workspace) -> None:
    """Drop rows of steps and shards of which nothing is left. Raises StoreError."""
    if not workspace.database.is_file():
        return
    steps = [folder.name for folder in step_folders(workspace.artifacts)]
    with writing(workspace) as connection:
        for table in (*TABLES_BY_FINGERPRINT, "loaded", "current"):
            connection.execute(
                f"DELETE FROM {table} WHERE fingerprint NOT IN (SELECT unnest(?::TEXT[]))",  # noqa: S608
                [steps],
            )
        for kind, (table, _) in TEXT_SHARDS.items():
            paths = workspace.artifacts.glob(f"shards/{kind}/*/*.parquet")
            shards = [f"{path.parent.name}/{path.stem}" for path in paths]  # two may share one
            connection.execute(
                f"DELETE FROM {table} WHERE scorer || '/' || shard "  # noqa: S608
                "NOT IN (SELECT unnest(?::TEXT[]))",
                [shards],
            )
