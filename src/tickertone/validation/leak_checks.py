"""Our own findings as checks, in the shape of Great Expectations' ones.

Near-twins are found, marked and counted, and accuracy is reported with and without them: warnings.
Data sets that have texts in common are another matter, for what is left as clean may be anything
but a fair part: that stops, unless the catalog says so and the models sit out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from tickertone.validation.checks import Check
from tickertone.validation.conflicts import conflicting
from tickertone.validation.contamination import TwinPair
from tickertone.validation.rules import Rules

_LISTED = 5
# Of the test rows. Sets that are drawn from one source share several percent at least, unrelated
# ones a handful of rows such as "thank you".
MOST_SHARED = 0.05


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


def overlap_checks(
    rules: Rules, split: str, rows: int, leaks: Sequence[TwinPair]
) -> Sequence[Check]:
    """One critical check for each other data set whose train rows repeat many of the test rows."""
    found: dict[str, set[str]] = defaultdict(set)
    for pair in leaks:
        if pair.twin_dataset not in {rules.name, *rules.dataset.related}:
            found[pair.twin_dataset].add(pair.example_id)
    return [
        Check(
            check=f"{split} has few texts in common with {other}",
            severity="critical",
            success=len(seen) <= MOST_SHARED * rows,
            detail=f"found {len(seen)} of {rows} rows with a near-twin in the train split of "
            f"{other}; expected at most {MOST_SHARED:.0%}",
            remedy=f"declare them related: give {rules.name} and {other} the same word in "
            "`related` in data/datasets.yaml, so that models trained on one are not scored on the "
            "other",
        )
        for other, seen in sorted(found.items())
    ]


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
