"""Accuracy by the number of labels a class: tuned models against the ensemble of members."""

from collections.abc import Mapping, Sequence
from typing import Any

from tickertone.report.budgets import TargetLines
from tickertone.report.charts import COMBINER, INK, MODEL, drawing, svg
from tickertone.report.options import FEW

_ALL = "all rows"
_TUNED: Mapping[str, dict[str, Any]] = {
    "FT": {"marker": "o", "linestyle": "-"},
    "DA(FT)^2": {"marker": "s", "linestyle": (0, (5, 2))},
}
_ENSEMBLES: Sequence[dict[str, Any]] = (
    {"color": INK, "marker": "^"},
    {"color": COMBINER, "marker": "D"},
)


def option_lines(lines: TargetLines, shown: Sequence[str], compared: str | None, name: str) -> str:
    """FT, DA(FT)^2 and the ensembles of `shown`; `compared` has the colour of combiners.

    A level line is the accuracy of the first with FEW labels a class. `name` is unique on the page.
    """
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(5.8, 3.9), layout="constrained")
        axes = figure.subplots()
        drawn = [combiner for combiner in shown if combiner in lines.combiners]
        curves = [*(lines.combiners[c] for c in drawn), *lines.tuned.values()]
        ticks = [str(k) for k in sorted({k for curve in curves for k in curve})]
        at = {tick: place for place, tick in enumerate([*ticks, _ALL])}
        for combiner in drawn:
            curve = lines.combiners[combiner]
            axes.plot(
                [at[str(k)] for k in sorted(curve)],
                [curve[k]["mean"] for k in sorted(curve)],
                label=f"DAFT-E: {combiner}",
                markersize=5,
                linewidth=1.6,
                **_ENSEMBLES[combiner == compared],
            )
        for option, curve in lines.tuned.items():
            budgets = sorted(curve)
            places = [at[str(k)] for k in budgets]
            low, high = ([curve[k][figure_of] for k in budgets] for figure_of in ("min", "max"))
            axes.fill_between(places, low, high, color=MODEL, alpha=0.12, linewidth=0)
            means = [curve[k]["mean"] for k in budgets]
            style = {"color": MODEL, "markersize": 5, "linewidth": 1.6, **_TUNED[option]}
            axes.plot(places, means, label=f"{option}, band: all draws", **style)
        for option, accuracy in lines.with_all.items():
            axes.plot(
                [at[_ALL]], [accuracy], color=MODEL, marker=_TUNED[option]["marker"], linestyle=""
            )
        if drawn and FEW in lines.combiners[drawn[0]]:
            level = lines.combiners[drawn[0]][FEW]["mean"]
            axes.axhline(level, color=INK, linewidth=0.8, linestyle=(0, (2, 3)))
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
