"""Printing an answer: a Rich table for people, JSON for programs."""

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

    from tickertone.store.query import Answer


def show(answer: "Answer", *, as_json: bool, title: str = "") -> None:
    """Print an answer; a table is as wide as its content where it does not go to a terminal."""
    if as_json:
        print(json.dumps(_plain(_records(answer)), ensure_ascii=False, indent=1, allow_nan=False))
        return
    print_table(_table(answer, title))


def print_table(table: "Table") -> None:
    """Print a Rich table; without a terminal nothing is folded to 80 columns."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=400)
    console.print(table)


def _table(answer: "Answer", title: str) -> "Table":
    from rich.table import Table

    table = Table(title=title or None, header_style="bold")
    for place, column in enumerate(answer.columns):
        numbers = any(isinstance(row[place], int | float | Decimal) for row in answer.rows)
        table.add_column(column, justify="right" if numbers else "left", overflow="fold")
    for row in answer.rows:
        table.add_row(*(_cell(value) for value in row))
    return table


def _cell(value: Any) -> str:
    from rich.markup import escape

    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return "[" + ", ".join(_cell(item) for item in value) + "]"
    return escape(str(value))


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
