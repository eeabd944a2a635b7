"""The licences of the data that a step's result was made from; every artifact carries them on."""

from collections.abc import Iterable
from typing import Any

from tickertone.dag.planner import Node
from tickertone.dag.scope import Scope
from tickertone.store.manifest import Manifest


def licences_of(scope: Scope, node: Node, upstream: Iterable[Manifest]) -> list[str]:
    """Names of licences, sorted: the data set's own, and those of all that the step reads."""
    names = {scope.dataset(node.subject).licence.name} if node.stage == "ingest" else set()
    for manifest in upstream:
        carried: Any = manifest.facts.get("licences", [])
        names |= set(carried)
    return sorted(names)
