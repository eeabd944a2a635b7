"""combine(target x combiner): members' logits turned into one distribution a text."""

from tickertone.catalog.experiments import SplitRef
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
    """The data sets that it reads, and the logits of the target's pool on them."""
    _, name, combiner = subject.split("/")
    datasets = sorted({ref.dataset for ref in _splits(scope, name, combiner).values()})
    nodes = [Node("validate", dataset) for dataset in datasets]
    nodes += [Node("extract", f"{m}/{dataset}") for m in scope.pool(name) for dataset in datasets]
    return nodes


def wants(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing: an ensemble with a member short would be another ensemble under the same name."""
    return []


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads the labels of the fitting split, if it learns; of other splits the ids alone."""
    _, target_name, combiner = subject.split("/")
    spec = scope.spec.combiners[combiner]
    splits = _splits(scope, target_name, combiner)
    test = splits["test"]
    inputs = {
        "test.examples": results.output("validate", test.dataset, f"{test.split}.examples"),
    }
    if fit := splits.get("fit"):
        inputs["fit"] = results.output("validate", fit.dataset, fit.split)
    if unlabelled := splits.get("unlabelled"):
        inputs["unlabelled"] = results.output(
            "validate", unlabelled.dataset, f"{unlabelled.split}.examples"
        )
    members = scope.pool(target_name)
    for model in members:
        for role, ref in splits.items():
            inputs[f"{role}:{model}"] = results.output(
                "extract", f"{model}/{ref.dataset}", f"logits:{ref.split}"
            )
    parts = parts_of(
        "combine",
        settings={
            "combiner": spec.model_dump(mode="json"),
            "labels": scope.target_task(target_name)["labels"],
            "members": [{"name": m, "labels": scope.model_task(m)["labels"]} for m in members],
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.combine", combiner_module(spec.kind)],
        libraries=["numpy", "pyarrow"],
    )
    return Step(subject=subject, parts=parts, inputs=inputs)


def _splits(scope: Scope, target: str, combiner: str) -> dict[str, SplitRef]:
    """What a combiner reads of a target, by the role that it plays."""
    refs, spec = scope.targets[target], scope.spec.combiners[combiner]
    splits = {"test": refs.test}
    if spec.learns:
        splits["fit"] = refs.fit_on
    if spec.reads_unlabelled and refs.unlabelled is not None:
        splits["unlabelled"] = refs.unlabelled
    return splits
