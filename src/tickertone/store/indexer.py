"""The one writer of the database: loads finished steps and journals of runs.

All of one call is one transaction. What was loaded before is not loaded again, so indexing is
idempotent. The database can be deleted at any time: the next run loads it anew, for every step that
any journal knows.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tickertone.errors import StoreError
from tickertone.identity.canonical import canonical_json, digest
from tickertone.store.artifacts import Artifacts
from tickertone.store.catalog_tables import CatalogRows, drop_gone_targets, replace_catalog
from tickertone.store.insert import insert_rows
from tickertone.store.journal import Entry, read_journal
from tickertone.store.loaders import load
from tickertone.store.manifest import Manifest
from tickertone.store.replay import replay
from tickertone.store.warehouse import writing
from tickertone.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def index_manifests(
    workspace: Workspace,
    manifests: Mapping[tuple[str, str], Manifest],
    catalog: CatalogRows,
    *,
    journals: bool = False,
) -> int:
    """Load finished steps, by (stage, subject), and make them current; the rows added.

    `journals`: load also what runs noted. Raises StoreError if the database cannot be written.
    """
    artifacts = Artifacts(workspace)
    with writing(workspace) as connection:
        replace_catalog(connection, catalog)
        if connection.execute("SELECT 1 FROM current LIMIT 1").fetchone() is None:
            connection.commit()
            load_known(connection, artifacts)
            connection.begin()
        added = 0
        standing = _standing(connection)
        for (stage, subject), manifest in manifests.items():
            if (stage, subject, manifest.fingerprint, content_of(manifest)) not in standing:
                added += load_once(connection, artifacts, manifest)
                make_current(connection, stage, subject, manifest)
        drop_gone_targets(connection)
        if journals:
            load_journals(connection, workspace)
    return added


def index_all(connection: "DuckDBPyConnection", workspace: Workspace, catalog: CatalogRows) -> int:
    """Load all that journals and artifacts know into an empty database; the rows added.

    The connection must not be in a transaction.
    """
    added = load_known(connection, Artifacts(workspace))
    connection.begin()
    replace_catalog(connection, catalog)
    drop_gone_targets(connection)
    load_journals(connection, workspace)
    connection.commit()
    return added


def load_known(connection: "DuckDBPyConnection", artifacts: Artifacts) -> int:
    """Load every step that a journal names, as far as it is whole, and make the last ones current.

    Each in a transaction of its own: one that an older version wrote, and that this one cannot
    load, is left to the run that computes it again. The connection must not be in a transaction.
    """
    known = replay(artifacts.workspace)
    whole = known.whole(artifacts)
    added = 0
    for manifest in tuple(whole.values()):
        connection.begin()
        try:
            added += load_once(connection, artifacts, manifest)
            connection.commit()
        except StoreError:
            connection.rollback()
            del whole[manifest.fingerprint]
    connection.begin()
    for (stage, subject), fingerprint in known.last.items():
        if fingerprint in whole:
            make_current(connection, stage, subject, whole[fingerprint])
    connection.commit()
    return added


def index_runs(workspace: Workspace) -> None:
    """Load the journals of runs that are not there, or have grown since."""
    with writing(workspace) as connection:
        load_journals(connection, workspace)


def load_journals(connection: "DuckDBPyConnection", workspace: Workspace) -> None:
    """Load the journals that are not there, or have grown since."""
    known = dict(connection.execute("SELECT run, count(*) FROM step_row GROUP BY 1").fetchall())
    for path in sorted(workspace.runs.glob("*.jsonl")):
        if path.read_bytes().count(b"\n") == known.get(path.stem):
            continue  # lines are only ever added: years of nights need not be parsed every night
        rows = [_row(entry) for entry in read_journal(path)]
        if len(rows) != known.get(path.stem):
            connection.execute("DELETE FROM step_row WHERE run = ?", [path.stem])
            insert_rows(connection, "step_row", rows)


def _row(entry: Entry) -> tuple[object, ...]:
    parts = canonical_json(entry.parts.model_dump(mode="json")) if entry.parts else None
    return (
        entry.step,
        entry.stage,
        entry.fingerprint,
        parts,
        entry.outcome,
        entry.seconds,
        entry.run,
        entry.experiment,
        entry.message,
        entry.finished_at,
    )


def _standing(connection: "DuckDBPyConnection") -> set[tuple[str, str, str, str]]:
    """(stage, subject, fingerprint, content) of all that is loaded and current."""
    found = connection.execute(
        "SELECT c.stage, c.subject, c.fingerprint, l.content "
        "FROM current c JOIN loaded l ON l.fingerprint = c.fingerprint"
    )
    return {(str(a), str(b), str(c), str(d)) for a, b, c, d in found.fetchall()}


def load_once(connection: "DuckDBPyConnection", artifacts: Artifacts, manifest: Manifest) -> int:
    """Load a finished step unless it is loaded; the rows added."""
    if _is_loaded(connection, manifest):
        return 0
    added = load(connection, artifacts, manifest)
    _note_loaded(connection, manifest)
    return added


def _is_loaded(connection: "DuckDBPyConnection", manifest: Manifest) -> bool:
    found = connection.execute(
        "SELECT 1 FROM loaded WHERE fingerprint = ? AND content = ?",
        [manifest.fingerprint, content_of(manifest)],
    )
    return found.fetchone() is not None


def _note_loaded(connection: "DuckDBPyConnection", manifest: Manifest) -> None:
    connection.execute("DELETE FROM loaded WHERE fingerprint = ?", [manifest.fingerprint])
    connection.execute(
        "INSERT INTO loaded VALUES (?, ?)", [manifest.fingerprint, content_of(manifest)]
    )


def content_of(manifest: Manifest) -> str:
    """The same step done again may differ in what it measured, or in the shards it filled."""
    return digest(manifest.model_dump(mode="json", include={"outputs", "facts"}))


def make_current(
    connection: "DuckDBPyConnection", stage: str, subject: str, manifest: Manifest
) -> None:
    """Let a finished step stand for (stage, subject)."""
    connection.execute("DELETE FROM current WHERE stage = ? AND subject = ?", [stage, subject])
    if stage == "extract":
        # A model has one scorer at a time: what an older one said of other data sets is history.
        model, scorer = subject.split("/")[0], manifest.parts.settings["scorer"]
        connection.execute(
            "DELETE FROM current WHERE stage = 'extract' AND split_part(subject, '/', 1) = ? "
            "AND fingerprint IN (SELECT fingerprint FROM scorer_row WHERE scorer <> ?)",
            [model, scorer],
        )
    connection.execute(
        "INSERT INTO current VALUES (?, ?, ?)", [stage, subject, manifest.fingerprint]
    )
