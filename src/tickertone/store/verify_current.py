"""Does each step stand in the database for what it came to last, as a rebuilt one would have it?"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tickertone.store.artifacts import Artifacts
from tickertone.store.catalog_tables import drop_gone_targets
from tickertone.store.findings import REBUILD, Finding, of_database
from tickertone.store.indexer import make_current
from tickertone.store.manifest import Manifest
from tickertone.store.replay import replay

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DIFFERENT = """
SELECT coalesce(k.stage, e.stage), coalesce(k.subject, e.subject), k.fingerprint, e.fingerprint
FROM kept.current k FULL JOIN main.current e ON k.stage = e.stage AND k.subject = e.subject
WHERE k.fingerprint IS DISTINCT FROM e.fingerprint ORDER BY ALL
"""
_TWICE = """
SELECT stage || ' ' || subject FROM kept.current GROUP BY 1 HAVING count(*) > 1
UNION ALL SELECT fingerprint FROM kept.loaded GROUP BY 1 HAVING count(*) > 1 ORDER BY 1
"""


def current_findings(
    connection: "DuckDBPyConnection", artifacts: Artifacts, readable: Iterable[Manifest]
) -> Iterator[Finding]:
    """What differs between `current` of the database, attached as `kept`, and of a rebuilt one.

    The main database must have our tables. Nothing is said while a step's manifest is damaged:
    what depends on it could not be told.
    """
    manifests = {manifest.fingerprint: manifest for manifest in readable}
    last = replay(artifacts.workspace).last
    if any(f not in manifests and artifacts.folder(s, f).exists() for (s, _), f in last.items()):
        return
    for manifest in manifests.values():
        if manifest.stage == "extract":  # those with a damaged file are not loaded
            scorer = manifest.parts.settings["scorer"]
            values = [manifest.fingerprint, scorer, manifest.parts.inputs["model"]]
            connection.execute("INSERT INTO scorer_row VALUES (?, ?, ?)", values)
    for (stage, subject), fingerprint in last.items():
        if fingerprint in manifests:
            make_current(connection, stage, subject, manifests[fingerprint])
    drop_gone_targets(connection, "kept.")
    for (name,) in connection.execute(_TWICE).fetchall():
        yield of_database(f"it has two entries for {name}", REBUILD)
    loaded = {f for (f,) in connection.execute("SELECT fingerprint FROM kept.loaded").fetchall()}
    gone = loaded - {path.name for path in artifacts.root.glob("*/*")}
    for stage, subject, has, should in connection.execute(_DIFFERENT).fetchall():
        if has and not should and has in gone:  # has been told of already
            continue
        stands = f"has {has} as its result" if has else "has no result"
        came = f"it came to {should} last" if should else "it should have none"
        yield of_database(f"{stage} {subject} {stands}, but {came}", REBUILD)
