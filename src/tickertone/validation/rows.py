"""Rows of a data set as the checks read them: columns side by side, one entry a row."""

from collections.abc import Sequence
from dataclasses import dataclass


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
