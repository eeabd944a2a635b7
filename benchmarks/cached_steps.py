"""The steps of an experiment that is wholly in the store, found as a run finds them.

Run as a program (`python -m benchmarks.cached_steps EXPERIMENT`) it prints how many seconds that
took, imports left out.
"""

import json
import sys
import time
from typing import NamedTuple

from tickertone.catalog.load import load_catalog
from tickertone.dag.graph import STAGES, nodes, planner
from tickertone.dag.plan import plan
from tickertone.dag.planner import Node, Results
from tickertone.dag.scope import Scope
from tickertone.datasets.sources.locate import locate
from tickertone.errors import StoreError
from tickertone.identity.code import remember_all_code
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


class Cached(NamedTuple):
    """A step, what it made, and the sizes in bytes of the source files that it read."""

    step: Step
    manifest: Manifest
    sources: dict[str, int]  # path -> bytes


def cached_steps(workspace: Workspace, experiment: str) -> list[Cached]:
    """All steps in the order of a run; raises StoreError if one of them is not in the store."""
    scope = Scope.of(load_catalog(workspace.data), experiment)
    return [Cached(step, made, _sources(scope, step)) for step, made in _found(workspace, scope)]


def _found(workspace: Workspace, scope: Scope) -> list[tuple[Step, Manifest]]:
    artifacts = Artifacts(workspace)
    manifests: dict[Node, Manifest] = {}
    found = []
    for stage in STAGES:
        for node in nodes(scope, stage):
            step = planner(stage).step(scope, node.subject, Results(manifests))
            if (manifest := artifacts.find(step)) is None:
                raise not_cached(scope.name, f"{node} is not in the store")
            manifests[node] = manifest
            found.append((step, manifest))
    return found


def not_cached(experiment: str, found: str) -> StoreError:
    """There is nothing to measure while a run would compute something."""
    return StoreError(
        f"experiment {experiment}",
        found=found,
        expected="every step in the store",
        remedy=f"tickertone run {experiment}",
    )


def _sources(scope: Scope, step: Step) -> dict[str, int]:
    if step.stage != "ingest":
        return {}
    located = locate(scope.dataset(step.subject), scope.catalog.folder)
    return {str(file.path): file.path.stat().st_size for file in located}


def seconds_to_fingerprint(workspace: Workspace, experiment: str) -> float:
    """What a flow run does to know that nothing changed: its plan, and then each step once more."""
    began = time.perf_counter()
    remember_all_code()
    scope = Scope.of(load_catalog(workspace.data), experiment)
    plan(workspace, scope)
    _found(workspace, scope)
    return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps({"seconds": seconds_to_fingerprint(Workspace.find(), sys.argv[1])}))
