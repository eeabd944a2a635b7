"""Opening the database: one writer at a time, in short spells; readers wait for it to finish."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tickertone.errors import StoreBusy, StoreError
from tickertone.store.disk import disk_error
from tickertone.store.files import locked
from tickertone.store.schema import SCHEMA_VERSION, TABLES, VIEWS, VIEWS_VERSION
from tickertone.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

_PATIENCE_SECONDS = 60.0


@contextmanager
def writing(workspace: Workspace) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection inside one transaction: committed at the end, rolled back on any error.

    Writers queue on an flock, which the kernel frees if its holder dies. A database of another
    schema is thrown away: all that it holds can be loaded again. Raises StoreBusy if a reader
    outside keeps the file open for longer than a minute, StoreError if it cannot be written.
    """
    import duckdb

    with locked(workspace.locks / "database.lock"):
        try:
            connection = _connect_to_our_schema(workspace)
            try:
                current = _has_our_views(connection)
                connection.begin()
                if not current:
                    connection.execute(TABLES)
                    connection.execute(VIEWS)
                yield connection
                connection.commit()
            finally:
                connection.close()  # rolls back what was not committed
        except duckdb.Error as error:
            raise _cannot_open(error, busy=False) from error


def _connect_to_our_schema(workspace: Workspace) -> "duckdb.DuckDBPyConnection":
    connection = _connect(workspace, read_only=False)
    try:
        if _has_our_schema(connection):
            return connection
    except BaseException:
        connection.close()
        raise
    connection.close()
    workspace.database.unlink()
    return _connect(workspace, read_only=False)


def _has_our_schema(connection: "duckdb.DuckDBPyConnection") -> bool:
    """An empty database will have it; any other says which schema it was made with."""
    import duckdb

    try:
        found = connection.execute("SELECT * FROM schema_version").fetchall()
    except duckdb.CatalogException:
        return _is_empty(connection)
    return found == [(SCHEMA_VERSION,)]


def _has_our_views(connection: "duckdb.DuckDBPyConnection") -> bool:
    """Whether all that `TABLES` and `VIEWS` make is there: making it takes a tenth of a second."""
    import duckdb

    try:
        found = connection.execute("SELECT views_version() FROM schema_version").fetchall()
    except duckdb.CatalogException:
        return False
    return found == [(VIEWS_VERSION,)]


def _is_empty(connection: "duckdb.DuckDBPyConnection") -> bool:
    return connection.execute("SELECT 1 FROM duckdb_tables() LIMIT 1").fetchone() is None


@contextmanager
def reading(workspace: Workspace) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection that can neither write nor read any other file: fit for people's SQL.

    Raises StoreError if there is no database yet, or a writer keeps it for longer than a minute.
    """
    if not workspace.database.is_file():
        raise _none_yet()
    connection = _connect(workspace, read_only=True)
    try:
        if _is_empty(connection):  # the very first writer was killed
            raise _none_yet()
        yield connection
    finally:
        connection.close()


def _connect(workspace: Workspace, *, read_only: bool) -> "duckdb.DuckDBPyConnection":
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {}
    if read_only:
        config = {"enable_external_access": "false", "lock_configuration": "true"}
    else:
        workspace.var.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return duckdb.connect(str(workspace.database), read_only=read_only, config=config)
        except duckdb.IOException as error:
            busy = kept_open(error)
            if not busy or time.monotonic() > deadline:
                raise _cannot_open(error, busy) from error
            time.sleep(random.uniform(0.05, 0.25))  # noqa: S311 - jitter, not a secret
        except duckdb.Error as error:
            raise _cannot_open(error, busy=False) from error


def kept_open(error: Exception) -> bool:
    """Whether another program has the file open; "lock" alone is also in "corrupt block"."""
    return "set lock on file" in str(error).lower()


def _none_yet() -> StoreError:
    return StoreError(
        "the store",
        found="no database yet",
        remedy="run an experiment first, such as: tickertone run demo",
    )


def _cannot_open(error: Exception, busy: bool) -> StoreError:
    first_line = str(error).strip().splitlines()[0]
    if busy:
        remedy = "close the program that keeps the database open, and try again"
        return StoreBusy("var/tickertone.duckdb", found=first_line, remedy=remedy)
    by_disk = disk_error(error)
    remedy = (
        by_disk.remedy
        if by_disk
        else (
            "see that var/ can be written and is not full; if the file itself is damaged, delete "
            "var/tickertone.duckdb: the next run loads it again from the artifacts"
        )
    )
    return StoreError("var/tickertone.duckdb", found=first_line, remedy=remedy)
