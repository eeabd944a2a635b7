"""The licences of the data that a step's result was made from; every artifact carries them on."""

from typing import Any

from tickertone.dag.graph import planner
from tickertone.dag.planner import Node, Results
from tickertone.dag.scope import Scope


def licences_of(scope: Scope, node: Node, results: Results) -> list[str]:
    """Names of licences, sorted: the data set's own, and those of all that the step is made from.

    What a data set is merely compared with (validate) leaves no trace in it.
    """
    if node.stage == "ingest":
        return [scope.dataset(node.subject).licence.name]
    plan = planner(node.stage)
    upstream = plan.needs(scope, node.subject)
    if node.stage != "validate":
        upstream = upstream + plan.wants(scope, node.subject)
    names: set[str] = set()
    for found in upstream:
        if results.has(found):
            carried: Any = results.manifests[found].facts.get("licences", [])
            names |= set(carried)
    return sorted(names)
