"""combine(target x combiner): members' logits turned into one distribution a text."""

from tickertone.combiners.registry import combiner_module
from tickertone.dag.planner import Node, Results
from tickertone.dag.scope import Scope
from tickertone.identity.fingerprint import parts_of
from tickertone.store.manifest import Step


def subjects(scope: Scope) -> list[str]:
    """Every combiner on every target."""
    return [
        f"{scope.name}/{target}/{combiner}"
        for target in scope.targets
        for combiner in scope.spec.combiners
    ]


def needs(scope: Scope, subject: str) -> list[Node]:
    """Both data sets of the target, and the logits of the target's pool on them."""
    name = subject.split("/")[1]
    target = scope.targets[name]
    datasets = sorted({target.test.dataset, target.fit_on.dataset})
    nodes = [Node("validate", dataset) for dataset in datasets]
    nodes += [Node("extract", f"{m}/{dataset}") for m in scope.pool(name) for dataset in datasets]
    return nodes


def wants(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing: an ensemble with a member short would be another ensemble under the same name."""
    return []


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads the labels of the fitting split, and of the test split the ids alone."""
    _, target_name, combiner = subject.split("/")
    target = scope.targets[target_name]
    spec = scope.spec.combiners[combiner]
    test, fit = target.test, target.fit_on
    inputs = {
        "fit": results.output("validate", fit.dataset, fit.split),
        "test.examples": results.output("validate", test.dataset, f"{test.split}.examples"),
    }
    members = scope.pool(target_name)
    for model in members:
        for role, ref in (("fit", fit), ("test", test)):
            inputs[f"{role}:{model}"] = results.output(
                "extract", f"{model}/{ref.dataset}", f"logits:{ref.split}"
            )
    parts = parts_of(
        "combine",
        settings={
            "combiner": spec.model_dump(mode="json"),
            "labels": scope.target_task(target_name)["labels"],
            "members": list(members),
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.combine", combiner_module(spec.kind)],
        libraries=["numpy", "pyarrow", "scikit-learn", "scipy"],
    )
    return Step(subject=subject, parts=parts, inputs=inputs)
