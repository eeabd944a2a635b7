"""Charts as inline SVG, the same bytes for the same numbers.

Colours are the page's custom properties, so that a chart follows its light or dark scheme; kinds
of system differ in shape too. Labels are drawn as text, never read as mathematics.
"""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from io import StringIO
from typing import TYPE_CHECKING, Any

from tickertone.report.findings import Rows
from tickertone.report.leaderboard import Ranking

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

# Stand-ins, because matplotlib takes no CSS variable.
INK, RULE, MODEL, COMBINER = "#010203", "#010204", "#010205", "#010206"
SOFT, PAPER = "#010207", "#010208"
_PROPERTIES = {
    INK: "var(--ink)",
    RULE: "var(--rule)",
    MODEL: "var(--model)",
    COMBINER: "var(--combiner)",
    SOFT: "var(--soft)",
    PAPER: "var(--paper)",
}
_COLOURS = {"model": MODEL, "combiner": COMBINER}
_MARKERS = {"model": "o", "combiner": "D"}
_SETTINGS: Any = {
    "svg.hashsalt": "tickertone",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same widths everywhere
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
}


def drawing() -> AbstractContextManager[None]:
    """Within it matplotlib draws for the page."""
    import matplotlib as mpl

    return mpl.rc_context(_SETTINGS)


def accuracy_intervals(ranking: Ranking, name: str) -> str:
    """Accuracy of each system with its 95 % interval, best on top. `name` is unique on the page."""
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(5.8, 0.9 + 0.25 * len(ranking.rows)), layout="constrained")
        axes = figure.subplots()
        axes.axvline(ranking.best["accuracy"], color=INK, linewidth=0.8, linestyle=(0, (2, 3)))
        for place, row in enumerate(ranking.rows):
            colour = _COLOURS[row["kind"]]
            axes.plot(
                [row["accuracy_low"], row["accuracy_high"]],
                [place, place],
                color=colour,
                linewidth=2,
                solid_capstyle="round",
            )
            axes.plot([row["accuracy"]], [place], _MARKERS[row["kind"]], color=colour, markersize=6)
        axes.set_yticks(range(len(ranking.rows)), [row["system"] for row in ranking.rows])
        axes.set_ylim(len(ranking.rows) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=True, axis="x")
        axes.set_axisbelow(True)
        in_percent(axes.xaxis, "accuracy")
        return svg(figure, name)


def reliability(bins: Rows, kinds: Mapping[str, str], name: str) -> str:
    """Accuracy over confidence for each system of `kinds` (system -> kind).

    `bins` has rows of system, n, confidence and accuracy, one for each bin with texts.
    """
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(4.4, 4.2), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=(0, (2, 3)))
        for system, kind in kinds.items():
            _reliability_line(axes, [row for row in bins if row["system"] == system], kind)
        lowest = min([row["confidence"] for row in bins] or [0.0])
        axes.set_xlim(max(0.0, lowest - 0.05), 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.grid(visible=True)
        axes.set_axisbelow(True)
        in_percent(axes.xaxis, "confidence (highest probability)")
        in_percent(axes.yaxis, "texts that are right")
        return svg(figure, name)


def _reliability_line(axes: "Axes", rows: Rows, kind: str) -> None:
    ordered = sorted(rows, key=lambda row: float(row["confidence"]))
    most = max((row["n"] for row in ordered), default=1)
    confidence = [row["confidence"] for row in ordered]
    accuracy = [row["accuracy"] for row in ordered]
    axes.plot(confidence, accuracy, color=_COLOURS[kind], linewidth=1)
    axes.scatter(
        confidence,
        accuracy,
        s=[8 + 72 * row["n"] / most for row in ordered],  # square points, by number of texts
        color=_COLOURS[kind],
        marker=_MARKERS[kind],
        zorder=3,
    )


def in_percent(axis: "Axis", name: str) -> None:
    """Name an axis whose values are shares, and write these in percent."""
    axis.set_major_formatter(lambda value, _place: f"{100 * value:g}")
    axis.set_label_text(f"{name}, %")


def svg(figure: "Figure", name: str) -> str:
    """The figure as an element for a page, its ids made unique by `name`."""
    written = StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(written, format="svg", transparent=True, metadata=nothing)
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    for stand_in, custom_property in _PROPERTIES.items():
        svg = svg.replace(stand_in, custom_property)
    return re.sub(r"\n\s*\n", "\n", svg)
