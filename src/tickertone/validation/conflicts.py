"""Rows of one data set that say the same, or nearly, and carry different labels.

Equal examples with different labels never get here: ingest puts them in quarantine. What is left is
a matter of opinion: near-twins, and one text with several target entities, each with its label.
"""

from collections.abc import Iterable, Iterator, Sequence

from tickertone.identity.near_twins import THRESHOLD, find_twins
from tickertone.validation.contamination import TwinPair, pair
from tickertone.validation.rows import Rows


def twins_within(rows: Rows, threshold: float = THRESHOLD) -> Iterator[TwinPair]:
    """Every near-twin pair inside one split, once, the earlier row first."""
    found = find_twins(rows.texts, rows.texts, threshold)
    forward = found.left < found.right
    lefts, rights = found.left[forward].tolist(), found.right[forward].tolist()
    for i, j, jaccard in zip(lefts, rights, found.jaccard[forward].tolist(), strict=True):
        yield pair(rows, i, rows, j, jaccard)


def conflicting(pairs: Iterable[TwinPair]) -> Sequence[TwinPair]:
    """The pairs whose labels differ, most alike first."""
    different = [p for p in pairs if p.label != p.twin_label]
    return sorted(different, key=lambda p: (-p.jaccard, p.example_id, p.twin_example_id))
