"""The one writer of the database: loads finished steps and journals of runs.

All of one call is one transaction. What was loaded before is not loaded again, so indexing is
idempotent. The database can be deleted at any time: the next run loads it anew, for every step that
any journal knows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tickertone.catalog.published import PublishedRow
from tickertone.errors import StoreError
from tickertone.frozen import Frozen
from tickertone.identity.canonical import canonical_json, digest
from tickertone.store.artifacts import Artifacts
from tickertone.store.journal import Entry, read_journal
from tickertone.store.loaders import load
from tickertone.store.manifest import Manifest
from tickertone.store.replay import replay
from tickertone.store.warehouse import writing
from tickertone.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Origin(Frozen):
    """Where a data set comes from, as the catalog has it now."""

    dataset: str
    source: str
    revision: str | None
    licence: str


class TargetSplit(Frozen):
    """The test split of an experiment's target."""

    experiment: str
    target: str
    dataset: str
    split: str


class GroupMember(Frozen):
    """One system of a group of an experiment, whose figures are averaged."""

    experiment: str
    group: str
    system: str


class ExperimentStage(Frozen):
    """A stage that an experiment has, and another may not, such as transfer or claims."""

    experiment: str
    stage: str


class CatalogRows(Frozen):
    """What the database takes from the catalog rather than from a step."""

    origins: tuple[Origin, ...]
    targets: tuple[TargetSplit, ...]
    published: tuple[PublishedRow, ...]
    groups: tuple[GroupMember, ...] = ()
    stages: tuple[ExperimentStage, ...] = ()


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
        _replace_catalog(connection, catalog)
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
        _drop_gone_targets(connection, catalog)
        if journals:
            load_journals(connection, workspace)
    return added


def index_all(connection: "DuckDBPyConnection", workspace: Workspace, catalog: CatalogRows) -> int:
    """Load all that journals and artifacts know into an empty database; the rows added.

    The connection must not be in a transaction.
    """
    added = load_known(connection, Artifacts(workspace))
    connection.begin()
    _replace_catalog(connection, catalog)
    _drop_gone_targets(connection, catalog)
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
            _insert(connection, "step_row", rows)


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


def _insert(
    connection: "DuckDBPyConnection", table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """Insert a few rows, all columns of the table, in one statement.

    Row by row it is hundreds of times slower; through Arrow, pandas is imported for it.
    """
    if not rows:
        return
    types = [row[1] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    columns = [list(column) for column in zip(*rows, strict=True)]
    unpacked = ", ".join(f"unnest(?::{kind}[])" for kind in types)
    connection.execute(f"INSERT INTO {table} SELECT {unpacked}", columns)


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


_OF_EXPERIMENTS = ("target_split", "group_member", "experiment_stage")


def _replace_catalog(connection: "DuckDBPyConnection", catalog: CatalogRows) -> None:
    if _has_catalog(connection, catalog):
        return
    for origin in catalog.origins:
        connection.execute("DELETE FROM dataset_origin WHERE dataset = ?", [origin.dataset])
    for experiment in {target.experiment for target in catalog.targets}:
        for table in _OF_EXPERIMENTS:
            connection.execute(f"DELETE FROM {table} WHERE experiment = ?", [experiment])  # noqa: S608
    connection.execute("DELETE FROM published_row")
    for table, rows in _catalog_tables(catalog).items():
        _insert(connection, table, rows)


def _has_catalog(connection: "DuckDBPyConnection", catalog: CatalogRows) -> bool:
    """Whether the catalog's rows are there already; those of gone data sets are left alone."""
    for table, rows in _catalog_tables(catalog).items():
        names = {row[0] for row in rows}
        if table in _OF_EXPERIMENTS:  # also of one that has no such row any more
            names = {target.experiment for target in catalog.targets}
        found = connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
        of_ours = [row for row in found if row[0] in names or table == "published_row"]
        if Counter(of_ours) != Counter(rows):
            return False
    return True


def _catalog_tables(catalog: CatalogRows) -> dict[str, list[tuple[object, ...]]]:
    tables: dict[str, Sequence[Frozen]] = {
        "dataset_origin": catalog.origins,
        "target_split": catalog.targets,
        "published_row": catalog.published,
        "group_member": catalog.groups,
        "experiment_stage": catalog.stages,
    }
    return {t: [tuple(row.model_dump().values()) for row in rows] for t, rows in tables.items()}


def _drop_gone_targets(connection: "DuckDBPyConnection", catalog: CatalogRows) -> None:
    """What was taken out of an experiment, a target, budgets or claims, leaves the views."""
    for experiment in {target.experiment for target in catalog.targets}:
        connection.execute(
            "DELETE FROM current WHERE stage IN "
            "('evaluate', 'transfer', 'uncertainty', 'frontier') "
            "AND split_part(subject, '/', 1) = ? "
            "AND split_part(subject, '/', 2) NOT IN "
            "(SELECT target FROM target_split WHERE experiment = ?)",
            [experiment, experiment],
        )
        connection.execute(
            "DELETE FROM current WHERE stage IN "
            "('transfer', 'uncertainty', 'frontier', 'budgets', 'claims') "
            "AND split_part(subject, '/', 1) = ? "
            "AND stage NOT IN (SELECT stage FROM experiment_stage WHERE experiment = ?)",
            [experiment, experiment],
        )
