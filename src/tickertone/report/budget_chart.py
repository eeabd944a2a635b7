"""Accuracy by the number of labels a class: one combiner, the others, and tuned models."""

from typing import TYPE_CHECKING

from tickertone.report.budgets import Curve, TargetLines
from tickertone.report.charts import COMBINER, INK, MODEL, RULE, drawing, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHAPES = {"FT": "o", "DA(FT)^2": "s"}


def budget_lines(lines: TargetLines, shown: str | None, name: str) -> str:
    """`shown` is the combiner that stands out, with the span of its draws; `name` is unique."""
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(5.8, 3.4), layout="constrained")
        axes = figure.subplots()
        everything = [*lines.combiners.values(), *lines.tuned.values()]
        budgets = sorted({k for curve in everything for k in curve})
        at = {k: place for place, k in enumerate(budgets)}
        for combiner, curve in lines.combiners.items():
            if combiner != shown:
                _line(axes, curve, at, RULE if len(curve) > 1 else INK)
        if shown is not None and shown in lines.combiners:
            _line(axes, lines.combiners[shown], at, COMBINER, marker="D", span=True, label=shown)
        for option, curve in lines.tuned.items():
            _line(axes, curve, at, MODEL, marker=_SHAPES[option], span=True, label=option)
        if lines.best_member is not None:
            axes.axhline(lines.best_member, color=INK, linewidth=0.8, linestyle=(0, (2, 3)))
        axes.set_xticks(range(len(budgets)), [str(k) for k in budgets])
        axes.grid(visible=True, axis="y")
        axes.set_axisbelow(True)
        axes.set_xlabel("labels a class")
        axes.set_ylabel("accuracy")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(frameon=False, loc="best")
        return svg(figure, name)


def _line(
    axes: "Axes",
    curve: Curve,
    at: dict[int, int],
    colour: str,
    *,
    marker: str = "",
    span: bool = False,
    label: str | None = None,
) -> None:
    if {*curve} == {0}:  # it learns nothing: the same at every budget
        axes.axhline(curve[0]["mean"], color=colour, linewidth=0.8)
        return
    budgets = sorted(curve)
    places = [at[k] for k in budgets]
    if span:
        low, high = ([curve[k][name] for k in budgets] for name in ("min", "max"))
        axes.fill_between(places, low, high, color=colour, alpha=0.15, linewidth=0)
    means = [curve[k]["mean"] for k in budgets]
    axes.plot(places, means, color=colour, marker=marker, markersize=5, linewidth=1.4, label=label)
