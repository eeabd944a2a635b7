"""Our own findings as checks, in the shape of Great Expectations' ones. All of them are warnings:

near-twins are found, marked and counted, and accuracy is reported with and without them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from tickertone.validation.checks import Check
from tickertone.validation.conflicts import conflicting
from tickertone.validation.contamination import TwinPair

_LISTED = 5


def leak_check(split: str, rows: int, leaks: Sequence[TwinPair]) -> Check:
    """Test rows with a near-twin in a train split, counted by the data set that has the twin."""
    seen = {pair.example_id for pair in leaks}
    by_source = Counter(dataset for dataset, _ in {(p.twin_dataset, p.example_id) for p in leaks})
    where = ", ".join(f"{count} in {dataset}" for dataset, count in sorted(by_source.items()))
    return Check(
        check=f"{split} shares no near-twin with train",
        severity="warning",
        success=not seen,
        detail=f"found {len(seen)} of {rows} rows with a near-twin in a train split"
        + (f" ({where}); the clean view leaves them out" if seen else "")
        + "; expected none",
    )


def unchecked_check(others: Sequence[str]) -> Check:
    """Data sets whose train rows the test rows should be compared with, and cannot be."""
    return Check(
        check="every training set to compare with is there",
        severity="warning",
        success=not others,
        detail=f"found no snapshot of {', '.join(others)}: clean knows nothing of them"
        if others
        else "found all; expected all",
    )


def conflict_check(pairs: Iterable[TwinPair], dataset: str) -> Check:
    """Near-twins inside the data set that carry different labels."""
    found = conflicting(pair for pair in pairs if pair.twin_dataset == dataset)
    same_text = sum(pair.same_text for pair in found)
    listed = ", ".join(
        f"{p.example_id[:12]} {p.label} / {p.twin_example_id[:12]} {p.twin_label}"
        for p in found[:_LISTED]
    )
    return Check(
        check="near-twins agree on the label",
        severity="warning",
        success=not found,
        detail=f"found {len(found)} pairs with different labels, {same_text} of them of one text"
        + (f": {listed}" + (" ..." if len(found) > _LISTED else "") if found else "")
        + "; expected none",
    )
