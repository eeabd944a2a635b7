"""budgets(experiment): every option of every target by how many labels it was given."""

from collections.abc import Iterator

from tickertone.catalog.lineage import base_model, learnt_by
from tickertone.dag.planner import Node, Results
from tickertone.dag.scope import Scope
from tickertone.errors import StepBlocked
from tickertone.frozen import JSON
from tickertone.identity.fingerprint import parts_of
from tickertone.store.manifest import Output, Step


def subjects(scope: Scope) -> list[str]:
    """The experiment, if it has label budgets."""
    return [scope.name] if scope.spec.budgets is not None else []


def needs(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing: what is missing leaves a gap."""
    return []


def wants(scope: Scope, _subject: str) -> list[Node]:
    """All sweeps, and the evaluation of each target for what was scored by itself."""
    nodes = []
    for target in scope.targets:
        nodes += [Node("sweep", f"{scope.name}/{target}/{name}") for name in scope.spec.combiners]
        nodes.append(Node("evaluate", f"{scope.name}/{target}"))
    return nodes


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads curves, hits and leaderboards; raises StepBlocked where there is none."""
    inputs: dict[str, Output] = {}
    for node in wants(scope, subject):
        if not results.has(node):
            continue
        place = node.subject.split("/", 1)[1]
        for name in ("curve", "hits") if node.stage == "sweep" else ("leaderboard",):
            inputs[f"{name}:{place}"] = results.output(*node, name)
    if not inputs:
        raise StepBlocked(f"budgets {subject}", found="needs at least one sweep")
    budgets = scope.spec.budgets
    parts = parts_of(
        "budgets",
        settings={
            "targets": {
                name: {"options": [*options(scope, name)]} for name in sorted(scope.targets)
            },
            "combiners": [*sorted(scope.spec.combiners)],
            "compare": budgets.compare if budgets else None,
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.budgets"],
        libraries=["numpy", "pyarrow", "scipy"],
    )
    return Step(subject=subject, parts=parts, inputs=inputs)


def options(scope: Scope, target: str) -> Iterator[dict[str, JSON]]:
    """What each model that is scored by itself is an example of.

    A member that has learnt from the target's data set was tuned for it: not every target leaves
    these out of its pool.
    """
    members, dataset = scope.pool(target), scope.targets[target].test.dataset
    for model in scope.systems(target):
        if model in members and dataset not in learnt_by(model, scope.catalog.models):
            yield {"system": model, "option": "DAFT^Z", "combiner": model, "k": 0}
            continue
        recipe = scope.model(model)
        few = getattr(recipe, "few", None)
        name = model.removesuffix(f"_k{few.per_class}_d{few.draw}") if few else model
        yield {
            "system": model,
            "option": "FT" if base_model(recipe) is None else "DA(FT)^2",
            "combiner": name,
            "k": few.per_class if few else None,
        }
