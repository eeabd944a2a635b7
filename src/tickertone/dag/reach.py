"""What the experiments of the catalog reach, so that the rest can be pruned.

For each step of each experiment: what it came to last, what that was made from, and what it would
come to if it ran now.
"""

from functools import cache
from importlib import import_module

from tickertone.catalog.load import Catalog
from tickertone.dag.graph import STAGES, nodes, planner
from tickertone.dag.planner import CANNOT_PLAN, Node, Results
from tickertone.dag.scope import Scope
from tickertone.models.families import family_of
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Manifest, Step
from tickertone.store.prune import Reach
from tickertone.store.replay import Replay, replay
from tickertone.workspace import Workspace


def reach(workspace: Workspace, catalog: Catalog) -> Reach:
    """Fingerprints and sets of embeddings that are still of use.

    A step that no journal knows keeps whatever was made for it; if the identity of an embedding
    cannot be told, all embeddings are kept.
    """
    artifacts, known = Artifacts(workspace), replay(workspace)
    last = known.last
    fingerprints: set[str] = set()
    unknown: set[tuple[str, str]] = set()
    scorers: set[str] = set()
    every_step_planned = True
    for name in catalog.experiments:
        scope = Scope.of(catalog, name)
        every = [node for stage in STAGES for node in nodes(scope, stage)]
        unknown |= {(node.stage, node.subject) for node in every if node not in last}
        fingerprints |= {last[node] for node in every if node in last}
        fingerprints |= _made_from(every, artifacts, known)
        wanted, planned = _wanted(scope, every, artifacts, last)
        fingerprints |= {step.fingerprint for step in wanted}
        scorers |= {str(s.parts.settings["scorer"]) for s in wanted if s.stage == "extract"}
        every_step_planned &= planned
    return Reach(
        fingerprints=frozenset(fingerprints),
        unknown=frozenset(unknown),
        embeddings=_embeddings(workspace, catalog),
        scorers=frozenset(scorers),
        every_unfinished=not every_step_planned,
    )


def _made_from(every: list[Node], artifacts: Artifacts, known: Replay) -> set[str]:
    """What the run that did a step last had read for it: a plan tells what changed since then.

    That is older than what the inputs came to last, if only another experiment was run since.
    """
    last = {(entry.stage, entry.subject): entry for entry in known.done}
    noted: dict[str, set[tuple[str, str]]] = {}
    for entry in known.done:
        noted.setdefault(entry.run, set()).add((entry.stage, entry.fingerprint or ""))
    read = cache(artifacts.read)
    found = set()
    for entry in (last[node] for node in every if node in last):
        contents = set(entry.parts.inputs.values()) if entry.parts else set()
        for stage, fingerprint in noted[entry.run]:
            manifest = read(stage, fingerprint)
            if manifest and contents & {output.content for output in manifest.outputs.values()}:
                found.add(fingerprint)
    return found


def _wanted(
    scope: Scope, every: list[Node], artifacts: Artifacts, last: dict[tuple[str, str], str]
) -> tuple[list[Step], bool]:
    """What the steps would be now, and whether all of them could be told.

    An interrupted training is one of them, or an interrupted extraction. Where a step would run
    again, or cannot be planned for its source is out of reach, what it came to last stands in for
    what it will come to.
    """
    wanted: list[Step] = []
    planned = True
    manifests: dict[Node, Manifest] = {}
    for node in every:
        plan, results = planner(node.stage), Results(manifests)
        manifest = None
        if not all(results.has(needed) for needed in plan.needs(scope, node.subject)):
            continue
        try:
            step = plan.step(scope, node.subject, results)
        except CANNOT_PLAN:
            planned = False
        else:
            wanted.append(step)
            manifest = artifacts.find(step)
        manifest = manifest or artifacts.read(node.stage, last.get(node, ""))
        if manifest is not None:
            manifests[node] = manifest
    return wanted, planned


def _embeddings(workspace: Workspace, catalog: Catalog) -> frozenset[str] | None:
    """The keys of the embeddings of all models in experiments, or None if one cannot be told."""
    keys = set()
    for name in {model for spec in catalog.experiments.values() for model in spec.models}:
        recipe = catalog.models[name]
        module = family_of(recipe).embeddings
        if module is None:
            continue
        try:
            # By name, as the stages do it: the graph itself does not import training.
            keys.add(import_module(module).embeddings_key(recipe.features, workspace.root))  # type: ignore[union-attr]
        except CANNOT_PLAN:
            return None
    return frozenset(keys)
