"""evaluate(target): every system scored on the test split, full and clean."""

from tickertone.dag.planner import Node, Results
from tickertone.dag.scope import Scope
from tickertone.errors import StepBlocked
from tickertone.frozen import JSON
from tickertone.identity.fingerprint import parts_of
from tickertone.store.manifest import Step


def subjects(scope: Scope) -> list[str]:
    """Every target."""
    return [f"{scope.name}/{target}" for target in scope.targets]


def needs(scope: Scope, subject: str) -> list[Node]:
    """The target's data set."""
    return [Node("validate", scope.targets[subject.split("/")[1]].test.dataset)]


def wants(scope: Scope, subject: str) -> list[Node]:
    """Every system; one that failed leaves a gap in the leaderboard, not a hole for all."""
    target = subject.split("/")[1]
    dataset = scope.targets[target].test.dataset
    models = [Node("extract", f"{model}/{dataset}") for model in scope.systems(target)]
    return models + [Node("combine", f"{subject}/{name}") for name in scope.spec.combiners]


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads labels, the logits of the models and the predictions of the combiners.

    Raises StepBlocked where there is neither.
    """
    target_name = subject.split("/")[1]
    test = scope.targets[target_name].test
    inputs = {"test": results.output("validate", test.dataset, test.split)}
    systems: list[JSON] = []
    members = scope.pool(target_name)
    for model in scope.systems(target_name):
        if results.has(Node("extract", f"{model}/{test.dataset}")):
            inputs[f"model:{model}"] = results.output(
                "extract", f"{model}/{test.dataset}", f"logits:{test.split}"
            )
            systems.append(_system(model, "model", scope.contaminated(model, test.dataset)))
    for name in sorted(scope.spec.combiners):
        if results.has(Node("combine", f"{subject}/{name}")):
            inputs[f"combiner:{name}"] = results.output(
                "combine", f"{subject}/{name}", "predictions"
            )
            reasons = [r for m in members if (r := scope.contaminated(m, test.dataset))]
            systems.append(_system(name, "combiner", reasons[0] if reasons else None))
    if not systems:
        raise StepBlocked(f"evaluate {subject}", found="needs at least one system")
    parts = parts_of(
        "evaluate",
        settings={
            "labels": scope.target_task(target_name)["labels"],
            "bootstrap_draws": scope.spec.bootstrap_draws,
            "seed": scope.spec.seed,
            "systems": systems,
            "labels_of": {
                model: scope.model_task(model)["labels"]
                for kind, model in (role.split(":", 1) for role in inputs if ":" in role)
                if kind == "model"
            },
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.evaluate"],
        libraries=["numpy", "pyarrow", "scipy"],
    )
    return Step(subject=subject, parts=parts, inputs=inputs)


def _system(name: str, kind: str, contaminated: str | None) -> JSON:
    return {"name": name, "kind": kind, "contaminated": contaminated}
