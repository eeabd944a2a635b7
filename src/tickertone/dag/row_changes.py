"""Which rows a changed input gained, lost or had relabelled, where both of its states are there."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tickertone.catalog.snapshots import SnapshotSpec
from tickertone.datasets.sources.exclusions import list_identity, read_list
from tickertone.datasets.sources.locate import find_here
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Output

if TYPE_CHECKING:
    import pyarrow as pa

_COMPARED = ("example_id", "label")


def row_changes(name: str, before: "pa.Table", now: "pa.Table") -> list[str]:
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


def split_rows(artifacts: Artifacts, output: Output | None) -> "pa.Table | None":
    """Ids and labels of a split, or None if this output is none, or its file cannot be read."""
    return read_columns(artifacts.paths(output), _COMPARED) if output else None


def read_columns(paths: Sequence[Path], columns: Sequence[str]) -> "pa.Table | None":
    """These columns of the one Parquet file of an output; None if it has not, or cannot be read."""
    if len(paths) != 1 or paths[0].suffix != ".parquet":
        return None
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(paths[0]) as file:  # unlike read_table, it does not import pandas
            if set(columns) <= set(file.schema_arrow.names):
                return file.read(columns=list(columns))
    except (OSError, pa.ArrowException):  # gone, or damaged: whoever runs will say so
        return None
    return None


def source_rows(spec: SnapshotSpec, split: str, data: Path) -> "pa.Table | None":
    """What ingest would accept of a split now, or None where its files are not on this machine.

    Raises DataError if a file, or its list of exclusions, cannot be read as its stanza says.
    """
    from tickertone.datasets.ingest import snapshot_split
    from tickertone.datasets.readers.choose import SourceFile, read_split

    if split not in spec.splits:
        return None
    files = [find_here(spec.source, split, file, data) for file in spec.splits[split].files]
    here = [file for file in files if file is not None]
    if len(here) < len(files):
        return None
    read = [SourceFile(f.spec.file, f.place, f.read(), f.spec.label) for f in here]
    excluded: frozenset[str] = frozenset()
    if spec.exclude is not None:
        (identity,) = list_identity(spec.exclude, data).values()
        excluded = read_list(spec.exclude, data, identity)
    return snapshot_split(
        split,
        read_split(spec.reader, read),
        task=spec.task,
        labels=spec.labels,
        max_characters=spec.max_characters,
        excluded=excluded,
        at_most=spec.splits[split].at_most,
    ).accepted


def _labels(table: "pa.Table") -> Mapping[str, str | None]:
    ids, labels = (table[name].to_pylist() for name in _COMPARED)
    return dict(zip(ids, labels, strict=True))


def _rows(count: int, kind: str = "") -> str:
    words = [str(count), kind, "row" if count == 1 else "rows"]
    return " ".join(word for word in words if word)
