"""Accuracy by the number of labels per class: averages that learn nothing against what learns."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tickertone.report.budgets import Curve, TargetLines
from tickertone.report.charts import COMBINER, INK, MODEL, SOFT, drawing, svg
from tickertone.report.curve_lines import draw_band, frame, mean_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Kind of combiner -> what it is called in the paper, and how its line is drawn.
_NAMED: Mapping[str, tuple[str, dict[str, Any]]] = {
    "least_squares_sgd": (
        "DAFT-E of the paper",
        {"color": INK, "marker": "s", "markersize": 4, "linewidth": 1.4},
    ),
    "half_hard_mean": (
        "DAFT-E^Z, no label",
        {"color": INK, "linewidth": 1.2, "linestyle": (0, (6, 2))},
    ),
    "mean": (
        "uniform mean, no label",
        {"color": INK, "linewidth": 1.2, "linestyle": (0, (1, 1.5))},
    ),
}
_OTHER: dict[str, Any] = {"color": SOFT, "linewidth": 0.9, "alpha": 0.6}
_BEST_MEMBER: dict[str, Any] = {"color": MODEL, "linewidth": 1.2, "linestyle": (0, (6, 2, 1, 2))}


def budget_lines(lines: TargetLines, shown: str | None, kinds: Mapping[str, str], name: str) -> str:
    """`shown` is the combiner that stands out, with the span of its draws; `name` is unique.

    `kinds` says the kind of each combiner: those of the paper have lines of their own.
    """
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(5.8, 4.1), layout="constrained")
        axes = figure.subplots()
        budgets = sorted({k for curve in lines.combiners.values() for k in curve})
        at = {k: place for place, k in enumerate(budgets)}
        others = [c for c in lines.combiners if c != shown and kinds.get(c) not in _NAMED]
        for place, combiner in enumerate(others):
            label = f"{len(others)} other combiners" if place == 0 else None
            _line(axes, lines.combiners[combiner], at, label, _OTHER)
        for kind, (said, style) in _NAMED.items():
            for combiner, curve in lines.combiners.items():
                if kinds.get(combiner) == kind and combiner != shown:
                    _line(axes, curve, at, f"{combiner}: {said}", style)
        if lines.best_member is not None:
            axes.axhline(lines.best_member, label="best single member, DAFT^Z", **_BEST_MEMBER)
        if shown is not None and shown in lines.combiners:
            _spanned(axes, lines.combiners[shown], at, shown)
        frame(figure, axes, [str(k) for k in budgets])
        return svg(figure, name)


def _spanned(axes: "Axes", curve: Curve, at: Mapping[int, int], label: str) -> None:
    if all("min" in figures for figures in curve.values()):
        draw_band(axes, curve, at, COMBINER, 0.15)
        label = f"{label}, band: all draws"
    style = {"color": COMBINER, "marker": "D", "markersize": 5, "linewidth": 1.8}
    _line(axes, curve, at, label, style)


def _line(
    axes: "Axes", curve: Curve, at: Mapping[int, int], label: str | None, style: Mapping[str, Any]
) -> None:
    if {*curve} == {0}:  # it learns nothing: the same at every budget
        level = {name: value for name, value in style.items() if name != "marker"}
        axes.axhline(curve[0]["mean"], label=label, **level)
        return
    mean_line(axes, curve, at, label, style)
