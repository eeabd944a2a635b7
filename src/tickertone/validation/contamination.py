"""Test rows that training has seen, or nearly: those with a near-twin among training rows.

Only texts are compared here. That a base model has seen a data set while it was pretrained cannot
be seen in the texts; such knowledge stands in the catalog (ContaminationSpec).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tickertone.identity.near_twins import THRESHOLD, find_twins
from tickertone.validation.rows import Rows


@dataclass(frozen=True)
class TwinPair:
    """A row, and a near-twin of it that may be in another split or data set."""

    split: str
    example_id: str
    label: str
    twin_dataset: str
    twin_split: str
    twin_example_id: str
    twin_label: str
    jaccard: float
    same_text: bool


def twins_between(
    rows: Rows, others: Rows, threshold: float = THRESHOLD
) -> Iterator[tuple[int, TwinPair]]:
    """Every near-twin pair of a row and one of `others`, with the position of the row."""
    found = find_twins(rows.texts, others.texts, threshold)
    lefts, rights, jaccards = found.left.tolist(), found.right.tolist(), found.jaccard.tolist()
    for i, j, jaccard in zip(lefts, rights, jaccards, strict=True):
        yield i, pair(rows, i, others, j, jaccard)


def pair(rows: Rows, i: int, others: Rows, j: int, jaccard: float) -> TwinPair:
    """The pair of row i of `rows` and row j of `others`."""
    return TwinPair(
        split=rows.split,
        example_id=rows.example_ids[i],
        label=rows.labels[i],
        twin_dataset=others.dataset,
        twin_split=others.split,
        twin_example_id=others.example_ids[j],
        twin_label=others.labels[j],
        jaccard=jaccard,
        same_text=rows.texts[i] == others.texts[j],
    )


def clean_rows(
    test: Rows, trains: Iterable[Rows], threshold: float = THRESHOLD
) -> tuple[npt.NDArray[np.bool_], Sequence[TwinPair]]:
    """Which test rows have no near-twin in any of `trains`, shape (len(test),); and the pairs."""
    clean = np.ones(len(test), dtype=np.bool_)
    pairs = []
    for train in trains:
        for i, found in twins_between(test, train, threshold):
            clean[i] = False
            pairs.append(found)
    return clean, pairs
