"""Prediction sets that promise a coverage, and accuracy where a combiner is most confident."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING

from tickertone.report.charts import COMBINER, INK, SOFT, drawing, in_percent, svg
from tickertone.report.findings import Findings, Row, Rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_AVERAGED = (
    "guarantee",
    "coverage_mean",
    "coverage_min",
    "coverage_max",
    "size_mean",
    "empty_mean",
    "all_labels",
)


@dataclass(frozen=True)
class SetSection:
    """Prediction sets of one combiner, a row a number of labels: means over targets."""

    combiner: str
    asked: float
    rows: Rows  # k and _AVERAGED; the least and highest coverage of any target and draw
    targets: int
    chart: str


@dataclass(frozen=True)
class SelectiveSection:
    """Accuracy on the most confident share, a row a number of labels: means over targets."""

    combiner: str
    shares: Sequence[float]
    rows: Sequence[tuple[int, Sequence[float]]]
    targets: int
    chart: str


def set_section(findings: Findings) -> SetSection | None:
    """None where there are no prediction sets."""
    rows = findings.by_target("prediction_sets")
    if not rows:
        return None
    budgets = sorted({row["k"] for row in rows})
    averaged = [_averaged(k, [row for row in rows if row["k"] == k]) for k in budgets]
    return SetSection(
        rows[0]["combiner"],
        rows[0]["asked"],
        averaged,
        len({row["target"] for row in rows}),
        _set_chart(rows, averaged),
    )


def selective_section(findings: Findings) -> SelectiveSection | None:
    """None where accuracy was not measured by confidence."""
    rows = findings.by_target("selective")
    if not rows:
        return None
    shares = sorted({row["share"] for row in rows}, reverse=True)
    budgets = sorted({row["k"] for row in rows})
    means = [(k, [_accuracy(rows, k, share) for share in shares]) for k in budgets]
    targets = len({row["target"] for row in rows})
    return SelectiveSection(
        rows[0]["combiner"], shares, means, targets, _selective_chart(shares, means)
    )


def _averaged(k: int, rows: Rows) -> Row:
    figures = {name: mean(float(row[name]) for row in rows) for name in _AVERAGED}
    figures["coverage_min"] = min(row["coverage_min"] for row in rows)
    figures["coverage_max"] = max(row["coverage_max"] for row in rows)
    return {"k": k, **figures}


def _accuracy(rows: Rows, k: int, share: float) -> float:
    return mean(
        float(row["accuracy_mean"]) for row in rows if (row["k"], row["share"]) == (k, share)
    )


def _set_chart(rows: Rows, averaged: Rows) -> str:
    """Coverage above, size below, by labels per class: a line a target, a thick one the mean."""
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(5.8, 5.0), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True)
        ticks = [str(row["k"]) for row in averaged]
        for axes, name in ((above, "coverage_mean"), (below, "size_mean")):
            for target in dict.fromkeys(row["target"] for row in rows):
                of = {row["k"]: row[name] for row in rows if row["target"] == target}
                places = [place for place, row in enumerate(averaged) if row["k"] in of]
                values = [of[row["k"]] for row in averaged if row["k"] in of]
                axes.plot(places, values, color=SOFT, linewidth=0.9, alpha=0.7)
            figures = [row[name] for row in averaged]
            axes.plot(figures, color=COMBINER, marker="D", markersize=5, linewidth=1.8)
            axes.set_xticks(range(len(ticks)), ticks)
            _grid(axes)
        above.axhline(rows[0]["asked"], color=INK, linewidth=1, linestyle=(0, (2, 3)))
        in_percent(above.yaxis, "coverage")
        below.set_ylabel("labels in a set")
        below.set_xlabel("labels per class")
        return svg(figure, "prediction-sets")


def _selective_chart(shares: Sequence[float], means: Sequence[tuple[int, Sequence[float]]]) -> str:
    """Accuracy over the share kept, a line a number of labels, the more labels the darker."""
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(5.8, 3.6), layout="constrained")
        axes = figure.subplots()
        for place, (k, accuracies) in enumerate(means):
            strength = round(0.25 + 0.75 * (place + 1) / len(means), 3)
            axes.plot(
                shares,
                accuracies,
                color=COMBINER,
                alpha=strength,
                marker="o",
                markersize=3.5,
                linewidth=1.5,
                label=f"{k} labels per class",
            )
        axes.invert_xaxis()
        _grid(axes)
        in_percent(axes.xaxis, "most confident texts")
        in_percent(axes.yaxis, "accuracy")
        figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)
        return svg(figure, "selective")


def _grid(axes: "Axes") -> None:
    axes.grid(visible=True)
    axes.set_axisbelow(True)
