"""All five options of arXiv 2406.13720 by the number of labels a class, on one target."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tickertone.report.budgets import Curve, TargetLines
from tickertone.report.charts import COMBINER, INK, MODEL, drawing, svg
from tickertone.report.options import FEW

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ALL = "all rows"
_TUNED: Mapping[str, dict[str, Any]] = {
    "FT": {"marker": "o", "linestyle": "-"},
    "DA(FT)^2": {"marker": "s", "linestyle": (0, (5, 2))},
}
_ENSEMBLES: Sequence[dict[str, Any]] = (
    {"color": INK, "marker": "^"},
    {"color": COMBINER, "marker": "D"},
)
_ALONE: dict[str, Any] = {"color": INK, "marker": "_", "markersize": 9, "linestyle": ""}


def option_lines(lines: TargetLines, shown: Sequence[str], compared: str | None, name: str) -> str:
    """FT, DA(FT)^2, each member alone, and the ensembles of `shown`, which begin without a label.

    `compared` has the colour of combiners. A level line is the accuracy of the first with FEW
    labels a class. `name` is unique on the page.
    """
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(5.8, 4.1), layout="constrained")
        axes = figure.subplots()
        drawn = [combiner for combiner in shown if combiner in lines.combiners]
        curves = [*(lines.combiners[c] for c in drawn), *lines.tuned.values()]
        ticks = [str(k) for k in sorted({k for curve in curves for k in curve})]
        at = {tick: place for place, tick in enumerate([*ticks, _ALL])}
        for combiner in drawn:
            _ensemble(axes, lines.combiners[combiner], at, combiner, combiner == compared)
        for option, curve in lines.tuned.items():
            _tuned(axes, curve, at, option)
        for option, accuracy in lines.with_all.items():
            axes.plot(
                [at[_ALL]], [accuracy], color=MODEL, marker=_TUNED[option]["marker"], linestyle=""
            )
        if lines.alone and "0" in at:
            axes.plot(
                [at["0"]] * len(lines.alone), lines.alone, label="DAFT^Z, each member", **_ALONE
            )
        if drawn and FEW in lines.combiners[drawn[0]]:
            level = lines.combiners[drawn[0]][FEW]["mean"]
            said = f"{drawn[0]} with {FEW} labels"
            axes.axhline(level, color=INK, linewidth=0.8, linestyle=(0, (2, 3)), label=said)
        axes.set_xticks(
            range(len(at) if lines.with_all else len(ticks)),
            [*at][: None if lines.with_all else -1],
        )
        axes.grid(visible=True, axis="y")
        axes.set_axisbelow(True)
        axes.set_xlabel("labels a class")
        axes.set_ylabel("accuracy")
        figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
        return svg(figure, name)


def _ensemble(
    axes: "Axes", curve: Curve, at: Mapping[str, int], combiner: str, compared: bool
) -> None:
    budgets = sorted(curve)
    places, means = [at[str(k)] for k in budgets], [curve[k]["mean"] for k in budgets]
    style = {"markersize": 5, "linewidth": 1.6, **_ENSEMBLES[compared]}
    axes.plot(places, means, label=f"DAFT-E: {combiner}", **style)


def _tuned(axes: "Axes", curve: Curve, at: Mapping[str, int], option: str) -> None:
    budgets = sorted(curve)
    places, means = [at[str(k)] for k in budgets], [curve[k]["mean"] for k in budgets]
    low, high = ([curve[k][figure_of] for k in budgets] for figure_of in ("min", "max"))
    axes.fill_between(places, low, high, color=MODEL, alpha=0.12, linewidth=0)
    style = {"color": MODEL, "markersize": 5, "linewidth": 1.6, **_TUNED[option]}
    axes.plot(places, means, label=f"{option}, band: all draws", **style)
