"""Asking the database: rows as plain values, for the CLI, the report of a run and notebooks."""

from collections.abc import Sequence
from typing import Any

from tickertone.errors import StoreError
from tickertone.frozen import Frozen
from tickertone.store.warehouse import reading
from tickertone.workspace import Workspace


class Answer(Frozen):
    """Column names and rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def records(self) -> list[dict[str, Any]]:
        """One dictionary a row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def query(workspace: Workspace, sql: str, parameters: Sequence[object] = ()) -> Answer:
    """The answer to one SQL query, parameters bound; it can neither write nor read other files.

    Raises StoreError with DuckDB's own words if the query is wrong or refused.
    """
    import duckdb

    with reading(workspace) as connection:
        try:
            cursor = connection.execute(sql, list(parameters))
            # DuckDB answers nothing at all where there is no statement.
            columns = tuple(column[0] for column in (cursor and cursor.description) or ())
            return Answer(columns=columns, rows=tuple(cursor.fetchall() if cursor else ()))
        except duckdb.Error as error:
            raise StoreError(
                "SQL",
                found=str(error).strip(),
                expected="a query that reads, of the views " + ", ".join(_views(connection)),
                remedy='the columns of a view: tickertone sql "describe leaderboard"',
            ) from error


def _views(connection: Any) -> list[str]:
    found = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
    ).fetchall()
    return [name for (name,) in found]
