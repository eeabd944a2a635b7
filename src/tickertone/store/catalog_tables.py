"""The tables that tell what the catalog says, and what it takes out of the views.

Rows of data sets and experiments that the catalog at hand does not name stay as they are. The
views lose what any experiment in the tables no longer has.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tickertone.catalog.published import PublishedRow
from tickertone.frozen import Frozen
from tickertone.store.insert import insert_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_OF_EXPERIMENTS = ("target_split", "group_member", "experiment_stage")
_OF_TARGETS = (
    "evaluate",
    "transfer",
    "uncertainty",
    "frontier",
)  # stages that views read, of a target each
_OPTIONAL = ("transfer", "uncertainty", "frontier", "budgets", "claims")  # not of every experiment


class Origin(Frozen):
    """Where a data set comes from, as the catalog has it now."""

    dataset: str
    source: str
    revision: str | None
    licence: str


class TargetSplit(Frozen):
    """The test split of an experiment's target."""

    experiment: str
    target: str
    dataset: str
    split: str


class GroupMember(Frozen):
    """One system of a group of an experiment, whose figures are averaged."""

    experiment: str
    group: str
    system: str


class ExperimentStage(Frozen):
    """A stage that an experiment has, and another may not, such as transfer or claims."""

    experiment: str
    stage: str


class CatalogRows(Frozen):
    """What the database takes from the catalog rather than from a step."""

    origins: tuple[Origin, ...]
    targets: tuple[TargetSplit, ...]
    published: tuple[PublishedRow, ...]
    groups: tuple[GroupMember, ...] = ()
    stages: tuple[ExperimentStage, ...] = ()


def replace_catalog(connection: "DuckDBPyConnection", catalog: CatalogRows) -> None:
    """Let the rows of the catalog stand for its data sets and experiments."""
    if _has_catalog(connection, catalog):
        return
    for origin in catalog.origins:
        connection.execute("DELETE FROM dataset_origin WHERE dataset = ?", [origin.dataset])
    for experiment in {target.experiment for target in catalog.targets}:
        for table in _OF_EXPERIMENTS:
            connection.execute(f"DELETE FROM {table} WHERE experiment = ?", [experiment])  # noqa: S608
    connection.execute("DELETE FROM published_row")
    for table, rows in _catalog_tables(catalog).items():
        insert_rows(connection, table, rows)


def _has_catalog(connection: "DuckDBPyConnection", catalog: CatalogRows) -> bool:
    """Whether the catalog's rows are there already; those of gone data sets are left alone."""
    for table, rows in _catalog_tables(catalog).items():
        names = {row[0] for row in rows}
        if table in _OF_EXPERIMENTS:  # also of one that has no such row any more
            names = {target.experiment for target in catalog.targets}
        found = connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
        of_ours = [row for row in found if row[0] in names or table == "published_row"]
        if Counter(of_ours) != Counter(rows):
            return False
    return True


def _catalog_tables(catalog: CatalogRows) -> dict[str, list[tuple[object, ...]]]:
    tables: dict[str, Sequence[Frozen]] = {
        "dataset_origin": catalog.origins,
        "target_split": catalog.targets,
        "published_row": catalog.published,
        "group_member": catalog.groups,
        "experiment_stage": catalog.stages,
    }
    return {t: [tuple(row.model_dump().values()) for row in rows] for t, rows in tables.items()}


def drop_gone_targets(connection: "DuckDBPyConnection", catalog: str = "") -> None:
    """What was taken out of an experiment, a target, budgets or claims, leaves the views.

    `catalog`: the schema that has the tables of the catalog, with a dot, if it is another.
    """
    connection.execute(
        f"DELETE FROM current WHERE stage IN {_OF_TARGETS} "  # noqa: S608
        f"AND split_part(subject, '/', 1) IN (SELECT experiment FROM {catalog}target_split) "
        f"AND subject NOT IN (SELECT experiment || '/' || target FROM {catalog}target_split)"
    )
    connection.execute(
        f"DELETE FROM current WHERE stage IN {_OPTIONAL} "  # noqa: S608
        f"AND split_part(subject, '/', 1) IN (SELECT experiment FROM {catalog}target_split) "
        "AND (stage, split_part(subject, '/', 1)) NOT IN "
        f"(SELECT (stage, experiment) FROM {catalog}experiment_stage)"
    )
