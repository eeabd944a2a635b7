"""Rows of Python values into a table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def insert_rows(
    connection: "DuckDBPyConnection", table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """Insert a few rows, all columns of the table, in one statement.

    Row by row it is hundreds of times slower; through Arrow, pandas is imported for it.
    """
    if not rows:
        return
    types = [row[1] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    columns = [list(column) for column in zip(*rows, strict=True)]
    unpacked = ", ".join(f"unnest(?::{kind}[])" for kind in types)
    connection.execute(f"INSERT INTO {table} SELECT {unpacked}", columns)
