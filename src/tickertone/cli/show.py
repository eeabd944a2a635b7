"""Printing an answer: a Rich table for people, JSON for programs."""

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tickertone.errors import TickertoneError

if TYPE_CHECKING:
    from rich.table import Table

    from tickertone.store.query import Answer


def show(answer: "Answer", *, as_json: bool, title: str = "") -> None:
    """Print an answer; a table is as wide as its content where it does not go to a terminal."""
    if as_json:
        print(json.dumps(answer.records(), ensure_ascii=False, indent=1, default=_plain))
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
    for column in answer.columns:
        numbers = any(isinstance(record[column], int | float) for record in answer.records())
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


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TickertoneError("JSON", found=f"a value of type {type(value).__name__}")
