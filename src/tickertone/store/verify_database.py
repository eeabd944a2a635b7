"""Does the database hold what the artifacts hold? Both are loaded side by side and compared.

Rows are compared by their number and by a sum of their hashes, which does not depend on order;
rows of logits and of rationales one by one, for a text that two shards hold has only one row.
"""

import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tickertone.errors import StoreBusy
from tickertone.store.artifacts import SHARDS, Artifacts
from tickertone.store.files import locked
from tickertone.store.findings import REBUILD, Finding
from tickertone.store.findings import of_database as _finding
from tickertone.store.indexer import content_of, load_journals, load_once
from tickertone.store.manifest import Manifest
from tickertone.store.replay import replay
from tickertone.store.schema import SCHEMA_VERSION, TABLES, TABLES_BY_FINGERPRINT, TEXT_SHARDS
from tickertone.store.verify_current import current_findings
from tickertone.store.warehouse import kept_open
from tickertone.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NEW = "delete it, or tickertone rebuild: it is loaded again from the artifacts"
_GONE = "a run that still needs this step makes it again; tickertone rebuild drops its rows"
_NO_JOURNAL = "restore its journal from a backup; tickertone rebuild drops its rows"
# Rows of shards that are damaged themselves are left out: those have been told of.
_SHARED_ROWS = """
WITH kept_row AS (
    SELECT * FROM kept.{table} SEMI JOIN (SELECT DISTINCT scorer, shard FROM main.shard_{table})
    USING (scorer, shard)),
foreign_row AS (SELECT * FROM kept_row EXCEPT ALL SELECT * FROM main.shard_{table}),
lacking_row AS (
    SELECT scorer, text_id FROM main.{table}
    EXCEPT SELECT scorer, text_id FROM kept.{table})
SELECT s.scorer, (SELECT count(*) FROM kept_row r WHERE r.scorer = s.scorer),
       (SELECT count(*) FROM foreign_row r WHERE r.scorer = s.scorer),
       (SELECT count(*) FROM lacking_row r WHERE r.scorer = s.scorer)
FROM (SELECT DISTINCT scorer FROM main.scorer_row) s ORDER BY 1
"""


def verify_database(
    workspace: Workspace,
    *,
    trusted: Iterable[Manifest],
    readable: Iterable[Manifest],
    damaged: Collection[Path],
    settled: bool,
) -> tuple[list[Finding], int]:
    """What differs between the database and the whole steps `trusted`; the rows compared.

    Of steps that are `readable`, but have a damaged file, only what stands for a step is compared.
    Files that are `damaged` are not read. Not compared are rows that each run takes anew from the
    catalog: where data sets come from, the splits of targets, published figures.
    Unless `settled`, what a run under way has not loaded yet is no finding. No database is none
    either: the next run loads one. Raises StoreBusy if somebody writes to it.
    """
    import duckdb

    if not workspace.database.is_file():
        return [], 0
    manifests = {manifest.fingerprint: manifest for manifest in trusted}
    with (
        locked(workspace.locks / "database.lock"),
        tempfile.TemporaryDirectory(prefix=".verify.", suffix=".part", dir=workspace.var) as folder,
        duckdb.connect(str(Path(folder) / "expected.duckdb")) as connection,
    ):
        try:
            # A path cannot be bound here; it is ours, and quoted.
            quoted = str(workspace.database).replace("'", "''")
            connection.execute(f"ATTACH '{quoted}' AS kept (READ_ONLY)")
            artifacts = Artifacts(workspace)
            compare = _Comparison(connection, artifacts, manifests, damaged, settled)
            found = [*compare.findings()]
            if settled and compare.comparable is not None:
                found += current_findings(connection, artifacts, readable)
            return found, compare.rows
        except duckdb.Error as error:
            if kept_open(error):
                remedy = "close the program that keeps the database open, and try again"
                raise StoreBusy(
                    workspace.database.name, found=_first_line(error), remedy=remedy
                ) from error
            return [_finding(f"it cannot be read: {_first_line(error)}", _NEW)], 0


class _Comparison:
    """The database, attached as `kept`, against an empty one that is filled from the artifacts."""

    def __init__(
        self,
        connection: "DuckDBPyConnection",
        artifacts: Artifacts,
        manifests: Mapping[str, Manifest],
        damaged: Collection[Path],
        settled: bool,
    ) -> None:
        self.connection = connection
        self.artifacts = artifacts
        self.manifests = manifests
        self.damaged = damaged
        self.settled = settled
        self.rows = 0
        self.comparable: set[str] | None = None  # the steps whose rows were compared, if any were

    def findings(self) -> Iterator[Finding]:
        """All that differs."""
        if not self._has_our_schema():
            yield _finding("it was made by another version", "the next run loads it anew")
            return
        self._read_all()
        loaded = dict(self._ask("SELECT fingerprint, content FROM kept.loaded"))
        known = replay(self.artifacts.workspace)
        should = {fingerprint for _, fingerprint in known.every} & self.manifests.keys()
        comparable = {f for f, content in loaded.items() if self._is_as_loaded(f, content)}
        yield from self._without_artifact(loaded)
        if self.settled:
            yield from self._not_loaded(should - loaded.keys())
            yield from self._outdated(loaded.keys() & self.manifests.keys() - comparable)
        self._load(comparable)
        self.comparable = comparable
        for table in TABLES_BY_FINGERPRINT:
            yield from self._compare(table, "fingerprint", comparable)
        for kind, (table, _) in TEXT_SHARDS.items():
            yield from self._compare_shared(table, kind)
        if self.settled:
            load_journals(self.connection, self.artifacts.workspace)
            runs = {run for (run,) in self._ask("SELECT DISTINCT run FROM step_row")}
            yield from self._compare("step_row", "run", runs)
            yield from self._without_journal(runs)

    def _has_our_schema(self) -> bool:
        return self._ask("SELECT version FROM kept.schema_version") == [(SCHEMA_VERSION,)]

    def _read_all(self) -> None:
        """Every block that holds rows, so that DuckDB looks at its checksum."""
        for (table,) in self._ask(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'kept'"
        ):
            self._ask(f"SELECT sum(hash(r)) FROM kept.{table} r")  # noqa: S608

    def _is_as_loaded(self, fingerprint: str, content: object) -> bool:
        manifest = self.manifests.get(fingerprint)
        return manifest is not None and content_of(manifest) == content

    def _without_artifact(self, loaded: Mapping[str, object]) -> Iterator[Finding]:
        """Rows of steps of which nothing is left; a damaged step has been told of already."""
        there = {path.name for path in self.artifacts.root.glob("*/*")}
        for fingerprint in sorted(loaded.keys() - there):
            yield _finding(f"it has rows of step {fingerprint}, which has no artifact", _GONE)
        for table in TABLES_BY_FINGERPRINT:
            for fingerprint, n in self._ask(
                f"SELECT fingerprint, count(*) FROM kept.{table} WHERE fingerprint NOT IN "  # noqa: S608
                "(SELECT fingerprint FROM kept.loaded) GROUP BY 1 ORDER BY 1"
            ):
                yield _finding(f"{table} has {n:,} rows of {fingerprint}, never loaded", REBUILD)

    def _without_journal(self, runs: set[str]) -> Iterator[Finding]:
        kept = {run for (run,) in self._ask("SELECT DISTINCT run FROM kept.step_row")}
        for run in sorted(kept - runs):
            yield _finding(f"it has rows of run {run}, which has no journal", _NO_JOURNAL)

    def _not_loaded(self, missing: set[str]) -> Iterator[Finding]:
        for fingerprint in sorted(missing):
            name = _step(self.manifests[fingerprint])
            yield _finding(f"it lacks the rows of {name} ({fingerprint})", REBUILD)

    def _outdated(self, fingerprints: set[str]) -> Iterator[Finding]:
        for fingerprint in sorted(fingerprints):
            name = _step(self.manifests[fingerprint])
            wrong = f"its rows of {name} ({fingerprint}) are from an earlier time it was done"
            yield _finding(wrong, REBUILD)

    def _load(self, fingerprints: set[str]) -> None:
        self.connection.execute(TABLES)
        for fingerprint in sorted(fingerprints):
            load_once(self.connection, self.artifacts, self.manifests[fingerprint])

    def _compare(self, table: str, key: str, made_by: set[str]) -> Iterator[Finding]:
        expected, kept = self._digests("main", table, key), self._digests("kept", table, key)
        for maker in sorted((expected.keys() | kept.keys()) & made_by):
            should, has = expected.get(maker, (0, 0)), kept.get(maker, (0, 0))
            self.rows += has[0]
            if should != has:
                differ = f"{has[0]:,} rows, not {should[0]:,}"
                if has[0] == should[0]:
                    differ = f"other values in its {has[0]:,} rows"
                yield _finding(f"{table} of {self._name(maker)}: {differ}", REBUILD)

    def _digests(self, side: str, table: str, key: str) -> dict[str, tuple[int, int]]:
        """Who made rows -> their number and the sum of their hashes."""
        found = self._ask(
            f"SELECT r.{key}, count(*), sum(hash(r)) FROM {side}.{table} r GROUP BY 1"  # noqa: S608
        )
        return {maker: (n, total) for maker, n, total in found}

    def _compare_shared(self, table: str, kind: str) -> Iterator[Finding]:
        """A row must be one of its shard; a text of a shard that a step names must have a row."""
        self._load_shards(table, kind)
        for scorer, rows, foreign, lacking in self._ask(_SHARED_ROWS.format(table=table)):
            self.rows += rows
            place = f"{table} of scorer {scorer}"
            if foreign:
                yield _finding(f"{place}: {foreign:,} rows that its shards do not hold", REBUILD)
            if lacking:
                yield _finding(f"{place}: no row for {lacking:,} texts of its shards", REBUILD)

    def _load_shards(self, table: str, kind: str) -> None:
        """All rows of all shards of the steps that are compared; damaged ones left out."""
        like = f"CREATE TABLE main.shard_{table} AS SELECT * FROM main.{table} LIMIT 0"  # noqa: S608
        self.connection.execute(like)
        for (scorer,) in self._ask("SELECT DISTINCT scorer FROM main.scorer_row"):
            for shard in sorted((self.artifacts.root / SHARDS / kind / scorer).glob("*.parquet")):
                if shard not in self.damaged:
                    self.connection.execute(
                        f"INSERT INTO shard_{table} "  # noqa: S608
                        "SELECT ?, ?, text_id, value FROM read_parquet(?)",
                        [scorer, shard.stem, str(shard)],
                    )

    def _name(self, maker: str) -> str:
        manifest = self.manifests.get(maker)
        return f"{_step(manifest)} ({maker})" if manifest else f"run {maker}"

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()


def _step(manifest: Manifest) -> str:
    return f"{manifest.stage} {manifest.subject}"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
