"""Heat maps: a row a model, a column a target or a budget; each figure stands in its cell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from tickertone.report.charts import INK, MODEL, PAPER, drawing, svg

_DARKEST = 0.55  # of the colour, so that the figure stays legible on it
_GAP = 0.35  # of a row, between groups


@dataclass(frozen=True)
class HeatMap:
    """`rows` of (group, name), those of a group together; a cell without a value is blank."""

    rows: Sequence[tuple[str, str]]
    columns: Sequence[str]
    values: Mapping[tuple[str, str], float]  # (name, column) -> figure

    def shade(self, name: str, column: str, scale: Literal["column", "all"]) -> float:
        """Where a figure lies between the lowest and highest of its column or of all, 0 to 1."""
        among = [v for (_, c), v in self.values.items() if scale == "all" or c == column]
        low, high = min(among), max(among)
        return (self.values[name, column] - low) / (high - low) if high > low else 0.5


def heat_map(
    shown: HeatMap,
    name: str,
    written: Callable[[float], str],
    *,
    scale: Literal["column", "all"] = "column",
    below: str = "",
) -> str:
    """The map as SVG: the higher, the darker. `name` is unique; `below` labels the axis."""
    with drawing():
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle

        places = _places(shown.rows)
        height = 0.9 + 0.24 * (max(places.values()) + 1)
        figure = Figure(figsize=(2.2 + 0.62 * len(shown.columns), height), layout="constrained")
        axes = figure.subplots()
        for (row, column), value in shown.values.items():
            x, y = shown.columns.index(column), places[row]
            shade = 0.04 + (_DARKEST - 0.04) * shown.shade(row, column, scale)
            axes.add_patch(
                Rectangle(
                    (x - 0.5, y - 0.5), 1, 1, facecolor=MODEL, alpha=round(shade, 3), linewidth=0
                )
            )
            axes.text(x, y, written(value), ha="center", va="center", fontsize=8.5, color=INK)
        axes.set_xlim(-0.5, len(shown.columns) - 0.5)
        axes.set_ylim(max(places.values()) + 0.5, -0.5)
        axes.set_yticks([*places.values()], [*places], fontsize=9)
        axes.xaxis.tick_top()
        turned: dict[str, Any] = {"rotation": 40, "ha": "left"} if _long(shown.columns) else {}
        axes.set_xticks(range(len(shown.columns)), [*shown.columns], fontsize=9, **turned)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_facecolor(PAPER)
        if below:
            axes.set_xlabel(below)
        return svg(figure, name)


def _places(rows: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Where each row stands, a gap between groups."""
    found: dict[str, float] = {}
    at = 0.0
    for _, members in groupby(rows, key=lambda row: row[0]):
        for _, name in members:
            found[name] = at
            at += 1
        at += _GAP
    return found


def _long(columns: Sequence[str]) -> bool:
    return max(map(len, columns)) > 7
