"""What charts of accuracy by the number of labels per class share: lines, bands and the frame."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tickertone.report.budgets import Curve
from tickertone.report.charts import in_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def mean_line(
    axes: "Axes", curve: Curve, at: Mapping[int, int], label: str | None, style: Mapping[str, Any]
) -> None:
    """The means of a curve; `at` has the place of each number of labels on the axis."""
    budgets = sorted(curve)
    axes.plot([at[k] for k in budgets], [curve[k]["mean"] for k in budgets], label=label, **style)


def draw_band(axes: "Axes", curve: Curve, at: Mapping[int, int], colour: str, alpha: float) -> None:
    """From the lowest to the highest of all draws."""
    budgets = sorted(curve)
    low, high = ([curve[k][name] for k in budgets] for name in ("min", "max"))
    axes.fill_between([at[k] for k in budgets], low, high, color=colour, alpha=alpha, linewidth=0)


def frame(figure: "Figure", axes: "Axes", ticks: Sequence[str]) -> None:
    """The ticks from left to right, the names of the axes, and a legend below."""
    axes.set_xticks(range(len(ticks)), ticks)
    axes.grid(visible=True, axis="y")
    axes.set_axisbelow(True)
    axes.set_xlabel("labels per class")
    in_percent(axes.yaxis, "accuracy")
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
