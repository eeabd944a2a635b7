"""All five options of arXiv 2406.13720 by the number of labels per class, on one target."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tickertone.report.budgets import Curve, TargetLines
from tickertone.report.charts import COMBINER, INK, MODEL, drawing, svg
from tickertone.report.curve_lines import draw_band, frame, mean_line
from tickertone.report.options import FEW

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ALL = "all rows"
_LINE: dict[str, Any] = {"markersize": 5, "linewidth": 1.6}
_TUNED: Mapping[str, dict[str, Any]] = {
    "FT": {"marker": "o", "linestyle": "-"},
    "DA(FT)^2": {"marker": "s", "linestyle": (0, (5, 2))},
}
_PAPERS: dict[str, Any] = {"color": INK, "marker": "^"}
_COMPARED: dict[str, Any] = {"color": COMBINER, "marker": "D"}
_NO_LABEL: dict[str, Any] = {
    "color": INK,
    "marker": "o",
    "markersize": 11,
    "markerfacecolor": "none",
    "linestyle": "",
}
_ALONE: dict[str, Any] = {"color": INK, "marker": "_", "markersize": 9, "linestyle": ""}


def option_lines(lines: TargetLines, shown: Sequence[str], compared: str | None, name: str) -> str:
    """FT, DA(FT)^2, each member alone, and the ensembles of `shown`, which begin without a label.

    `compared` has the colour of combiners. A ring is the first of `shown` without a label, a level
    line its accuracy with FEW labels per class. `name` is unique on the page.
    """
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(5.8, 4.1), layout="constrained")
        axes = figure.subplots()
        drawn = {c: lines.combiners[c] for c in shown if c in lines.combiners}
        budgets = sorted({k for curve in (*drawn.values(), *lines.tuned.values()) for k in curve})
        at = {k: place for place, k in enumerate(budgets)}
        if lines.alone and 0 in at:
            _alone(axes, lines.alone, at[0])
        for combiner, curve in drawn.items():
            style = _LINE | (_COMPARED if combiner == compared else _PAPERS)
            mean_line(axes, curve, at, f"DAFT-E: {combiner}", style)
        for option, curve in lines.tuned.items():
            _tuned(axes, curve, at, option)
        for option, accuracy in lines.with_all.items():
            marker = _TUNED[option]["marker"]
            axes.plot([len(at)], [accuracy], color=MODEL, marker=marker, linestyle="")
        if drawn:
            _first(axes, next(iter(drawn.values())), at)
        ticks = [*map(str, budgets), *([_ALL] if lines.with_all else [])]
        frame(figure, axes, ticks)
        return svg(figure, name)


def _alone(axes: "Axes", accuracies: Sequence[float], place: int) -> None:
    axes.plot([place] * len(accuracies), accuracies, label="DAFT^Z, each member", **_ALONE)


def _tuned(axes: "Axes", curve: Curve, at: Mapping[int, int], option: str) -> None:
    draw_band(axes, curve, at, MODEL, 0.12)
    style = _LINE | {"color": MODEL} | _TUNED[option]
    mean_line(axes, curve, at, f"{option}, band: all draws", style)


def _first(axes: "Axes", curve: Curve, at: Mapping[int, int]) -> None:
    if 0 in curve:
        axes.plot([at[0]], [curve[0]["mean"]], label="DAFT-E^Z", **_NO_LABEL)
    if FEW in curve:
        said = f"DAFT-E, {FEW} labels per class"
        level = curve[FEW]["mean"]
        axes.axhline(level, color=INK, linewidth=0.8, linestyle=(0, (2, 3)), label=said)
