"""The stages in order, and the planner of each."""

from importlib import import_module
from typing import cast

from tickertone.dag.planner import Node, Planner
from tickertone.dag.scope import Scope

STAGES = ("ingest", "validate", "finetune", "extract", "combine", "evaluate", "report")


def planner(stage: str) -> Planner:
    """The planner of a stage."""
    return cast(Planner, import_module(f"tickertone.dag.planners.{stage}"))


def nodes(scope: Scope, stage: str) -> list[Node]:
    """All steps that a stage has in an experiment."""
    return [Node(stage, subject) for subject in planner(stage).subjects(scope)]
