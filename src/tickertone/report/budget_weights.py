"""What weight each member has, by the number of labels: the compared combiner, over targets."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import mean

from tickertone.report.findings import Findings, Rows
from tickertone.report.heat_maps import HeatMap, heat_map
from tickertone.report.numbers import share
from tickertone.report.sources import by_source


@dataclass(frozen=True)
class WeightSection:
    """The map of one combiner, and over how many targets its weights are averaged."""

    combiner: str
    chart: str
    targets: int


def budget_weight_rows(findings: Findings) -> Rows:
    """Rows of target, combiner, k, member and weight (the mean over draws)."""
    return [
        {"target": target, "combiner": combiner, **row}
        for target in findings.target_specs
        if target in findings.targets
        for combiner, rows in sorted(findings.targets[target].budget_weights.items())
        for row in rows
    ]


def weight_section(findings: Findings) -> WeightSection | None:
    """None where the compared combiner was swept nowhere.

    A member's weights are averaged over the targets in whose pool it is.
    """
    shown = findings.compared
    rows = [row for row in budget_weight_rows(findings) if row["combiner"] == shown]
    if shown is None or not rows:
        return None
    of: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        of[row["member"], str(row["k"])].append(row["weight"])
    values = {place: mean(weights) for place, weights in of.items()}
    budgets = [str(k) for k in sorted({row["k"] for row in rows})]
    members = by_source(findings, {row["member"] for row in rows})
    chart = heat_map(
        HeatMap(members, budgets, values),
        "budget-weights",
        share,
        scale="all",
        below="labels per class",
    )
    return WeightSection(shown, chart, len({row["target"] for row in rows}))
