"""Reading a validated split column by column: ids, labels, and which rows are clean.

Everything is in order of example_id, and each function reads the columns that it names and no
other: a caller that must not see labels cannot see them by accident.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from tickertone.errors import StoreError

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Examples:
    """The ids of a split's examples, in order of example_id. Several may share a text."""

    example_ids: tuple[str, ...]
    text_ids: tuple[str, ...]


def read_examples(path: Path) -> Examples:
    """Ids of a validated split; its labels are not read."""
    table = _sorted(path, ["example_id", "text_id"])
    return Examples(tuple(table["example_id"].to_pylist()), tuple(table["text_id"].to_pylist()))


def read_labels(path: Path, labels: Sequence[str]) -> Labels:
    """Indices into `labels` of a validated split; raises StoreError for a label not among them."""
    return label_indices(_sorted(path, ["example_id", "label"])["label"].to_pylist(), labels, path)


def read_clean(path: Path) -> npt.NDArray[np.bool_]:
    """Whether each example has no near-twin in train."""
    return np.array(_sorted(path, ["example_id", "clean"])["clean"].to_pylist(), dtype=np.bool_)


def label_indices(names: Sequence[str | None], labels: Sequence[str], path: Path) -> Labels:
    """Positions of `names` in `labels`; raises StoreError, naming `path`, for another name."""
    index: dict[str | None, int] = {label: position for position, label in enumerate(labels)}
    strange = sorted({str(name) for name in names if name not in index})
    if strange:
        raise StoreError(
            str(path),
            found=f"labels {', '.join(strange)}",
            expected=f"labels of the task alone: {', '.join(labels)}",
            remedy="run the data set's validation again",
        )
    return np.array([index[name] for name in names], dtype=np.int64)


def _sorted(path: Path, columns: list[str]) -> pa.Table:
    return pq.read_table(path, columns=columns).sort_by("example_id")
