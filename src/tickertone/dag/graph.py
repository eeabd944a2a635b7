"""The stages in order, and the planner of each."""

from collections.abc import Iterable
from importlib import import_module
from typing import cast

from tickertone.catalog.mistakes import nearest
from tickertone.dag.planner import Node, Planner
from tickertone.dag.scope import Scope
from tickertone.errors import ConfigError

STAGES = (
    "ingest", "validate", "finetune", "extract",
    "transfer", "combine", "sweep", "uncertainty", "frontier",
    "evaluate", "budgets", "claims", "report",
)  # fmt: skip


def planner(stage: str) -> Planner:
    """The planner of a stage."""
    return cast(Planner, import_module(f"tickertone.dag.planners.{stage}"))


def nodes(scope: Scope, stage: str) -> list[Node]:
    """All steps that a stage has in an experiment, each after those that it needs."""
    return [Node(stage, subject) for subject in planner(stage).subjects(scope)]


def waves(scope: Scope, stage: str) -> list[list[Node]]:
    """The same in the order in which they can be done: no step needs another of its own wave.

    But for models that start from models, a stage is one wave.
    """
    left = nodes(scope, stage)
    found = []
    while left:
        later = {n for n in left if {*planner(stage).needs(scope, n.subject)} & {*left}}
        found.append([node for node in left if node not in later])
        left = [node for node in left if node in later]
    return found


def check_stages(names: Iterable[str], place: str = "refresh") -> None:
    """Raise ConfigError for a name that is no stage; `place` is where it was given."""
    for name in names:
        if name not in STAGES:
            raise ConfigError(
                place,
                found=f"{name!r}",
                expected=f"one of {', '.join(STAGES)}",
                remedy=nearest(name, STAGES) or "correct the name of the stage",
            )
