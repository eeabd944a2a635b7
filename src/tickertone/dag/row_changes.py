"""Which rows a changed input gained, lost or had relabelled, where both of its states are there."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tickertone.catalog.snapshots import SnapshotSpec
from tickertone.datasets.ingest import SourceRows, snapshot_split
from tickertone.datasets.readers.choose import reader_for
from tickertone.datasets.sources.locate import find_here
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Output, Step
from tickertone.store.shards import ShardSet

_COMPARED = ["example_id", "label"]


def row_changes(name: str, before: pa.Table, now: pa.Table) -> list[str]:
    """Phrases such as "12 new rows in tweets test"; both tables have example_id and label."""
    old, new = _labels(before), _labels(now)
    gained, lost = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    relabelled = sum(new[i] != old[i] for i in new.keys() & old.keys())
    phrases = [
        f"{_rows(gained, 'new')} in {name}" * (gained > 0),
        f"{_rows(lost)} gone from {name}" * (lost > 0),
        f"{_rows(relabelled)} relabelled in {name}" * (relabelled > 0),
    ]
    return [phrase for phrase in phrases if phrase] or [f"{name} changed, its rows did not"]


def split_rows(artifacts: Artifacts, output: Output | None) -> pa.Table | None:
    """Ids and labels of a split, or None if this output is none or its file is gone."""
    paths = artifacts.paths(output) if output else ()
    if len(paths) != 1 or paths[0].suffix != ".parquet" or not paths[0].is_file():
        return None
    with pq.ParquetFile(paths[0]) as file:  # unlike read_table, it does not import pandas
        if set(_COMPARED) <= set(file.schema_arrow.names):
            return file.read(columns=_COMPARED)
    return None


def source_rows(spec: SnapshotSpec, split: str, data: Path) -> pa.Table | None:
    """What ingest would accept of a split now, or None where its files are not on this machine.

    Raises DataError if a file cannot be read as its stanza says.
    """
    files = [find_here(spec.source, split, file, data) for file in spec.splits[split].files]
    here = [file for file in files if file is not None]
    if len(here) < len(files):
        return None
    read = reader_for(spec.reader)
    return snapshot_split(
        split,
        [SourceRows(file.spec.file, tuple(read(file.read(), file.place))) for file in here],
        task=spec.task,
        labels=spec.labels,
        max_characters=spec.max_characters,
    ).accepted


def unscored(artifacts: Artifacts, step: Step) -> int:
    """How many distinct texts of an extraction no shard of its scorer has."""
    wanted: set[str] = set()
    for role, output in step.inputs.items():
        if role.startswith("texts:"):
            (path,) = artifacts.paths(output)
            wanted |= _text_ids(path)
    for shard in ShardSet(artifacts.logits(str(step.parts.settings["scorer"]))).files():
        wanted -= _text_ids(shard)
    return len(wanted)


def _text_ids(path: Path) -> set[str]:
    with pq.ParquetFile(path) as file:
        return set(file.read(columns=["text_id"])["text_id"].to_pylist())


def _labels(table: pa.Table) -> Mapping[str, str | None]:
    ids, labels = (table[name].to_pylist() for name in _COMPARED)
    return dict(zip(ids, labels, strict=True))


def _rows(count: int, kind: str = "") -> str:
    words = [str(count), kind, "row" if count == 1 else "rows"]
    return " ".join(word for word in words if word)
