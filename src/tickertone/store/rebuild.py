"""The database anew, from journals and artifacts: what was in it is not looked at."""

from pathlib import Path

from tickertone.errors import StoreError
from tickertone.store.catalog_tables import CatalogRows
from tickertone.store.disk import disk_error
from tickertone.store.files import locked, sync_file
from tickertone.store.indexer import index_all
from tickertone.store.schema import TABLES, VIEWS
from tickertone.workspace import Workspace


def rebuild(workspace: Workspace, catalog: CatalogRows) -> int:
    """Load everything into a new file, and put it in the place of the old one; the rows loaded.

    Until then the old one is as it was, whatever happens. Raises StoreError if it cannot be made.
    """
    import duckdb

    draft = workspace.var / ".rebuilt.duckdb.part"
    workspace.var.mkdir(parents=True, exist_ok=True)
    with locked(workspace.locks / "database.lock"):
        _remove(draft)
        try:
            with duckdb.connect(str(draft)) as connection:
                connection.execute(TABLES)
                connection.execute(VIEWS)
                added = index_all(connection, workspace, catalog)
            sync_file(draft)
            _log_of(workspace.database).unlink(missing_ok=True)  # it would be played into the new
            draft.rename(workspace.database)
            sync_file(workspace.var)
        except duckdb.Error as error:
            if (by_disk := disk_error(error)) is not None:
                raise by_disk from error
            raise StoreError(
                "the new database",
                found=str(error).strip().splitlines()[0],
                expected="every finished step to load",
                remedy="tickertone verify says which artifact is damaged",
            ) from error
        finally:
            _remove(draft)
    return added


def _remove(database: Path) -> None:
    database.unlink(missing_ok=True)
    _log_of(database).unlink(missing_ok=True)


def _log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")
