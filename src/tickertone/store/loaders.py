"""From the files of one finished step to rows of the database: one function a stage."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tickertone.errors import StoreError
from tickertone.store.artifacts import Artifacts
from tickertone.store.loaded_tables import TABLES_OF
from tickertone.store.manifest import Manifest
from tickertone.store.schema import TEXT_SHARDS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Loader = Callable[["DuckDBPyConnection", Artifacts, Manifest], int]


def load(connection: "DuckDBPyConnection", artifacts: Artifacts, manifest: Manifest) -> int:
    """Load one finished step; the number of rows added. A stage without rows adds none.

    Rows of an earlier time that the same step was done are replaced. Raises StoreError for a
    manifest that lacks what is loaded: it is of other code.
    """
    loader = _LOADERS.get(manifest.stage)
    for table in _TABLES.get(manifest.stage, ()):
        connection.execute(f"DELETE FROM {table} WHERE fingerprint = ?", [manifest.fingerprint])  # noqa: S608
    try:
        return loader(connection, artifacts, manifest) if loader else 0
    except KeyError as error:
        raise StoreError(
            f"{manifest.stage} {manifest.subject}",
            found=f"nothing called {error.args[0]} in its manifest",
            expected="a result of the code that loads it",
            remedy=f"compute it anew: tickertone run EXPERIMENT --refresh {manifest.stage}",
        ) from error


def _ingest(connection: "DuckDBPyConnection", artifacts: Artifacts, manifest: Manifest) -> int:
    return _copy(
        connection,
        "quarantine_row",
        "split, line, reason, text",
        manifest.fingerprint,
        artifacts.paths(manifest.outputs["quarantine"])[0],
    )


def _validate(connection: "DuckDBPyConnection", artifacts: Artifacts, manifest: Manifest) -> int:
    added = 0
    splits: Any = manifest.facts["splits"]
    for split, counts in splits.items():
        output = manifest.outputs[split]
        connection.execute(
            "INSERT INTO snapshot_row VALUES (?, ?, ?, ?, ?, ?)",
            [
                manifest.fingerprint,
                split,
                counts["rows_read"],
                counts["rows_accepted"],
                counts["rows_quarantined"],
                output.content,
            ],
        )
        connection.execute(
            "INSERT INTO example_row SELECT ?, ?, example_id, text_id, text, text_b, label, "
            "entity, clean FROM read_parquet(?)",
            [manifest.fingerprint, split, str(artifacts.paths(output)[0])],
        )
        added += 1 + counts["rows_accepted"]
    return added


def _told(base: Mapping[str, Any], of_model: str | None) -> str | None:
    """What a model starts from; of another model the content, as the column `content` has it."""
    made = base.get("made")
    shape = f"{made['architecture']}, drawn at random" if made else None
    return base.get("hub") or base.get("folder") or base.get("package") or shape or of_model


def _finetune(connection: "DuckDBPyConnection", _artifacts: Artifacts, manifest: Manifest) -> int:
    recipe: Any = manifest.parts.settings["recipe"]
    facts: Any = manifest.facts
    features = recipe.get("features") or {}
    base = recipe.get("base") or features.get("base") or {}
    connection.execute(
        "INSERT INTO model_row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            manifest.fingerprint,
            recipe["family"],
            _told(base, manifest.parts.inputs.get("base")),
            recipe.get("tuning") or features.get("kind"),
            ", ".join(recipe["trained_on"]),
            *(
                facts.get(name)
                for name in (
                    "parameters",
                    "trainable_parameters",
                    "train_seconds",
                    "peak_memory_mb",
                    "samples_per_second",
                    "tokens_per_second",
                    "device",
                    "precision",
                    "threads",
                )
            ),
            manifest.outputs["model"].content,
            ", ".join(facts.get("licences") or ()),
        ],
    )
    return 1


def _extract(connection: "DuckDBPyConnection", artifacts: Artifacts, manifest: Manifest) -> int:
    scorer = manifest.parts.settings["scorer"]
    connection.execute(
        "INSERT INTO scorer_row VALUES (?, ?, ?)",
        [manifest.fingerprint, scorer, manifest.parts.inputs["model"]],
    )
    added = 0
    for kind, (table, column) in TEXT_SHARDS.items():
        made = [o.files for name, o in manifest.outputs.items() if name.startswith(f"{kind}:")]
        records = {record.path: record for files in made for record in files}
        _forget_lost_shards(connection, artifacts, table, scorer, records)
        for record in records.values():
            # A text that two shards hold was scored twice by accident: one row is enough.
            cursor = connection.execute(
                f"INSERT INTO {table} (scorer, shard, text_id, {column}) "  # noqa: S608
                "SELECT ?, ?, s.text_id, s.value FROM read_parquet(?) s "
                f"WHERE NOT EXISTS (SELECT 1 FROM {table} l WHERE l.scorer = ? "
                "AND l.text_id = s.text_id)",
                [scorer, record.sha256, str(artifacts.root / record.path), scorer],
            )
            added += _count(cursor)
    return added


def _forget_lost_shards(
    connection: "DuckDBPyConnection",
    artifacts: Artifacts,
    table: str,
    scorer: object,
    paths: Iterable[str],
) -> None:
    """Rows of shards that are gone: their texts were scored again, into other shards."""
    folders = {(artifacts.root / path).parent for path in paths}
    there = [shard.stem for folder in folders for shard in folder.glob("*.parquet")]
    connection.execute(
        f"DELETE FROM {table} WHERE scorer = ? AND shard NOT IN (SELECT unnest(?::TEXT[]))",  # noqa: S608
        [scorer, there],
    )


def _outputs(connection: "DuckDBPyConnection", artifacts: Artifacts, manifest: Manifest) -> int:
    """Of a stage whose outputs are tables of the database as they are."""
    added = 0
    for output, table, columns in TABLES_OF[manifest.stage]:
        (path,) = artifacts.paths(manifest.outputs[output])
        added += _copy(connection, table, columns, manifest.fingerprint, path)
    return added


_TABLES = {
    "ingest": ("quarantine_row",),
    "validate": ("snapshot_row", "example_row"),
    "finetune": ("model_row",),
    "extract": ("scorer_row",),
    **{stage: tuple(table for _, table, _ in made) for stage, made in TABLES_OF.items()},
}
_LOADERS: dict[str, Loader] = {
    "ingest": _ingest,
    "validate": _validate,
    "finetune": _finetune,
    "extract": _extract,
    **dict.fromkeys(TABLES_OF, _outputs),
}


def _copy(
    connection: "DuckDBPyConnection", table: str, columns: str, fingerprint: str, path: Path
) -> int:
    """Copy named columns of a Parquet file, each row with the fingerprint that made it.

    Table and column names come from this module alone; the rest is bound.
    """
    cursor = connection.execute(
        f"INSERT INTO {table} (fingerprint, {columns}) "  # noqa: S608
        f"SELECT ?, {columns} FROM read_parquet(?)",
        [fingerprint, str(path)],
    )
    return _count(cursor)


def _count(cursor: "DuckDBPyConnection") -> int:
    row = cursor.fetchone()
    return int(row[0]) if row else 0
