"""Printing an answer: a Rich table for people, JSON for programs."""

import json
import math
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from tickertone.store.query import Answer

_WHOLE = 32  # characters: what is no longer, such as a name or a number, is never broken
_TEXT = 20  # the least width of a column of longer texts
_AROUND = 3  # a column's blanks and line


def show(answer: "Answer", *, as_json: bool, title: str = "") -> None:
    """Print an answer; a table is as wide as its content where it does not go to a terminal.

    In a terminal that is too narrow the last columns are left out, and named.
    """
    if as_json:
        print(json.dumps(_plain(_records(answer)), ensure_ascii=False, indent=1, allow_nan=False))
        return
    cells = [[_cell(value) for value in row] for row in answer.rows]
    widths = [
        _width([head, *(row[place] for row in cells)]) for place, head in enumerate(answer.columns)
    ]
    least = [_AROUND + (width if width <= _WHOLE else _TEXT) for width in widths]
    console = _console(sum(least) + 1)
    shown = _that_fit(least, console.width)
    console.print(_table(answer, cells, title, widths[:shown]))
    if left_out := answer.columns[shown:]:
        console.print(f"not shown: {', '.join(left_out)} (a wider terminal has room)", style="dim")


def _console(content: int) -> "Console":
    """As wide as the terminal; without one 400 characters, or more for so much content."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=max(400, content))


def _width(texts: list[str]) -> int:
    """Of the widest line."""
    from rich.cells import cell_len

    return max(cell_len(line) for text in texts for line in text.splitlines() or [""])


def _that_fit(widths: list[int], room: int) -> int:
    """How many columns do, one at least; the first line of the frame has a width of 1."""
    return max(sum(taken < room for taken in accumulate(widths)), 1)


def _table(answer: "Answer", cells: list[list[str]], title: str, widths: list[int]) -> "Table":
    """The first columns, as many as there are widths."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title or None, header_style="bold")
    for place, width in enumerate(widths):
        numbers = any(isinstance(row[place], int | float | Decimal) for row in answer.rows)
        table.add_column(
            answer.columns[place],
            justify="right" if numbers else "left",
            overflow="fold",
            no_wrap=width <= _WHOLE,
        )
    for row in cells:
        table.add_row(*(escape(cell) for cell in row[: len(widths)]))
    return table


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return "[" + ", ".join(_cell(item) for item in value) + "]"
    return str(value)


def _records(answer: "Answer") -> list[dict[str, Any]]:
    """One dictionary a row; the second column of a name is called name_2."""
    names: list[str] = []
    for column in answer.columns:
        again = sum(name == column or name.startswith(f"{column}_") for name in names)
        names.append(f"{column}_{again + 1}" if column in names else column)
    return [dict(zip(names, row, strict=True)) for row in answer.rows]


def _plain(value: Any) -> Any:
    """What JSON can say: decimals as numbers, NaN and infinities as null, the rest as text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
