"""Rows of a data set as the checks read them: columns side by side, one entry a row."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Rows:
    """Some rows of one split of one data set. Both parts of a pair stand in one text."""

    dataset: str
    split: str
    example_ids: Sequence[str]
    texts: Sequence[str]
    labels: Sequence[str]

    def __len__(self) -> int:
        return len(self.example_ids)


def rows_of(dataset: str, split: str, table: pa.Table) -> Rows:
    """The rows of a snapshot, in its order."""
    return Rows(
        dataset,
        split,
        table["example_id"].to_pylist(),
        texts_of(table),
        table["label"].to_pylist(),
    )


def texts_of(table: pa.Table) -> list[str]:
    """The texts of a snapshot; both parts of a pair in one, with a space between."""
    pairs = zip(table["text"].to_pylist(), table["text_b"].to_pylist(), strict=True)
    return [first if second is None else f"{first} {second}" for first, second in pairs]
