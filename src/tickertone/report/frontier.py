"""Accuracy by size and cost of ensembles, and the smallest within the noise of the best."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tickertone.report.charts import COMBINER, INK, SOFT, drawing, in_percent, svg
from tickertone.report.findings import Findings, Row, Rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Choice:
    """On one target: the most accurate ensemble, and the smallest within its noise."""

    target: str
    best: Row
    smallest: Row
    most: int  # members of the largest


@dataclass(frozen=True)
class FrontierSection:
    """The combiner, with how many labels per class it was fitted, and what that gives."""

    combiner: str
    k: int
    choices: Sequence[Choice]
    chart: str


def frontier_section(findings: Findings) -> FrontierSection | None:
    """None where ensembles of several sizes were not compared."""
    curves = {
        target: sorted(found.frontier, key=lambda row: int(row["members"]))
        for target, found in findings.targets.items()
        if found.frontier
    }
    if not curves:
        return None
    first = next(iter(curves.values()))[0]
    choices = [
        Choice(
            target,
            next(row for row in rows if row["best"]),
            next(row for row in rows if row["smallest"]),
            rows[-1]["members"],
        )
        for target, rows in curves.items()
    ]
    return FrontierSection(first["combiner"], first["k"], choices, _chart(curves))


def _chart(curves: dict[str, list[Row]]) -> str:
    """A row a target: accuracy by members on the left, by milliseconds on the right."""
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(6.4, 0.7 + 1.35 * len(curves)), layout="constrained")
        panels = figure.subplots(len(curves), 2, squeeze=False, sharey="row", sharex="col")
        for row, (target, rows) in zip(panels, curves.items(), strict=True):
            for axes, cost in zip(row, ("members", "milliseconds_per_text"), strict=True):
                _curve(axes, rows, cost)
            row[0].set_title(target, loc="left", fontsize=10)
            in_percent(row[0].yaxis, "accuracy")
            row[0].yaxis.label.set_fontsize(9)
        panels[-1][0].set_xlabel("members")
        panels[-1][1].set_xlabel("milliseconds per text")
        return svg(figure, "frontier")


def _curve(axes: "Axes", rows: Rows, cost: str) -> None:
    known = [row for row in rows if row[cost] is not None]  # not every member was timed
    costs = [row[cost] for row in known]
    accuracies = [row["accuracy_mean"] for row in known]
    axes.plot(costs, accuracies, color=SOFT, marker="o", markersize=3, linewidth=1.2)
    for mark, colour, name in (("o", INK, "best"), ("D", COMBINER, "smallest")):
        marked = [row for row in known if row[name]]
        places = [row[cost] for row in marked]
        heights = [row["accuracy_mean"] for row in marked]
        axes.plot(places, heights, mark, color=colour, markersize=7)
    axes.margins(y=0.15)
    axes.tick_params(labelsize=9)
    axes.grid(visible=True)
    axes.set_axisbelow(True)
