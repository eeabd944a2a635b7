"""Accuracy by the number of labels per class, as the page shows it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from tickertone.report.findings import Row, Rows

TUNED = ("FT", "DA(FT)^2")
Curve = Mapping[int, Row]  # labels per class -> accuracy: mean, and over draws min and max


@dataclass(frozen=True)
class BudgetTable:
    """Mean accuracy over targets of each combiner, a column a budget."""

    budgets: Sequence[int]
    rows: Sequence[tuple[str, Sequence[float | None]]]
    targets: int

    def best(self, place: int) -> float:
        """The highest figure of a column."""
        return max(values[place] or 0.0 for _, values in self.rows)


@dataclass(frozen=True)
class TargetLines:
    """What the chart of one target draws."""

    combiners: Mapping[str, Curve]
    tuned: Mapping[str, Curve]  # FT and DA(FT)^2
    with_all: Mapping[str, float]  # the same with all rows that their recipes take
    alone: Sequence[float]  # each member as it is, DAFT^Z

    @property
    def best_member(self) -> float | None:
        """Accuracy of the member that is best on the target's test; None without members."""
        return max(self.alone, default=None)


def budget_table(curves: Rows) -> BudgetTable | None:
    """None where no combiner was swept. A rule that learns nothing is the same at every budget.

    A combiner that is missing on a target has no mean: it would be one over other texts.
    """
    of = _combiners(curves)
    if not of:
        return None
    budgets = sorted({k for curve in of.values() for k in curve})
    names = list(dict.fromkeys(name for _, name in of))
    targets = list(dict.fromkeys(target for target, _ in of))
    rows = [
        (name, [_mean([of.get((target, name), {}) for target in targets], k) for k in budgets])
        for name in names
    ]
    return BudgetTable(budgets, rows, len(targets))


def mean_lines(table: BudgetTable) -> TargetLines:
    """The same means as curves, without the span of draws."""
    curves = {
        name: {
            k: {"mean": value}
            for k, value in zip(table.budgets, values, strict=True)
            if value is not None
        }
        for name, values in table.rows
    }
    return TargetLines({name: c for name, c in curves.items() if c}, {}, {}, ())


def target_lines(curves: Rows, target: str) -> TargetLines | None:
    """The curves of one target; None where no combiner was swept on it.

    Of several models of an option, such as those on several bases, the best at each budget.
    """
    rows = [row for row in curves if row["target"] == target]
    combiners = {name: curve for (_, name), curve in _combiners(rows).items()}
    if not combiners:
        return None
    tuned: dict[str, dict[int, Row]] = defaultdict(dict)
    with_all: dict[str, float] = {}
    for row in rows:
        if row["option"] in TUNED and row["k"] is not None:
            tuned[row["option"]][row["k"]] = _best(tuned[row["option"]].get(row["k"]), row)
        elif row["option"] in TUNED:
            with_all[row["option"]] = max(row["accuracy_mean"], with_all.get(row["option"], 0.0))
    alone = [row["accuracy_mean"] for row in rows if row["option"] == "DAFT^Z"]
    return TargetLines(combiners, tuned, with_all, alone)


def _combiners(curves: Rows) -> dict[tuple[str, str], dict[int, Row]]:
    """(target, combiner) -> its curve."""
    found: dict[tuple[str, str], dict[int, Row]] = defaultdict(dict)
    for row in curves:
        if row["option"] in {"DAFT-E", "DAFT-E^Z"}:
            found[row["target"], row["combiner"]][row["k"]] = _figures(row)
    return found


def _best(known: Row | None, row: Row) -> Row:
    figures = _figures(row)
    return known if known and known["mean"] >= figures["mean"] else figures


def _figures(row: Row) -> Row:
    return {name: row[f"accuracy_{name}"] for name in ("mean", "min", "max")}


def _mean(curves: Sequence[Curve], k: int) -> float | None:
    """None unless every curve has a figure there."""
    at = [0 if {*curve} == {0} else k for curve in curves]
    if not all(place in curve for place, curve in zip(at, curves, strict=True)):
        return None
    values: list[float] = [curve[place]["mean"] for place, curve in zip(at, curves, strict=True)]
    return mean(values)


def contrast_rows(contrasts: Rows) -> Sequence[tuple[str, Rows]]:
    """Of the mean over targets (of the only target): the other combiner, and a row a budget.

    The last of these is the mean over all budgets with labels, its `k` None.
    """
    targets = {row["target"] for row in contrasts}
    of = None if None in targets else next(iter(targets), None)
    found: dict[str, list[Row]] = defaultdict(list)
    for row in contrasts:
        if row["target"] == of:
            found[row["than"]].append(row)
    return [
        (than, sorted(rows, key=lambda row: (row["k"] is None, row["k"] or 0)))
        for than, rows in found.items()
    ]
