"""combine(target x combiner): members' logits turned into one distribution a text."""

from collections.abc import Iterable, Mapping

from tickertone.catalog.experiments import SplitRef
from tickertone.combiners.registry import combiner_module
from tickertone.dag.planner import Node, Results
from tickertone.dag.scope import Scope
from tickertone.frozen import JSON
from tickertone.identity.fingerprint import parts_of
from tickertone.store.manifest import Output, Step


def subjects(scope: Scope) -> list[str]:
    """Every combiner on every target."""
    return [
        f"{scope.name}/{target}/{combiner}"
        for target in scope.targets
        for combiner in scope.spec.combiners
    ]


def needs(scope: Scope, subject: str) -> list[Node]:
    """The data sets that it reads, and the logits of the target's pool on them."""
    _, target, combiner = subject.split("/")
    return split_nodes(scope, target, splits_of(scope, target, combiner).values())


def wants(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing: an ensemble with a member short would be another ensemble under the same name."""
    return []


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads the labels of the fitting split, if it learns; of other splits the ids alone."""
    _, target_name, combiner = subject.split("/")
    spec = scope.spec.combiners[combiner]
    splits = splits_of(scope, target_name, combiner)
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
    inputs |= member_logits(scope, target_name, splits, results)
    parts = parts_of(
        "combine",
        settings={
            "combiner": spec.model_dump(mode="json"),
            "labels": scope.target_task(target_name)["labels"],
            "members": members(scope, target_name),
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.combine", combiner_module(spec.kind)],
        libraries=["numpy", "pyarrow", "scipy"],
    )
    return Step(subject=subject, parts=parts, inputs=inputs)


def split_nodes(scope: Scope, target: str, splits: Iterable[SplitRef]) -> list[Node]:
    """What must be there for splits to be read, with the logits of a target's pool on them."""
    datasets = sorted({ref.dataset for ref in splits})
    return [
        *(Node("validate", dataset) for dataset in datasets),
        *(
            Node("extract", f"{member}/{dataset}")
            for member in scope.pool(target)
            for dataset in datasets
        ),
    ]


def splits_of(scope: Scope, target: str, combiner: str) -> dict[str, SplitRef]:
    """What a combiner reads of a target, by the role that it plays."""
    refs, spec = scope.targets[target], scope.spec.combiners[combiner]
    splits = {"test": refs.test}
    if spec.learns:
        splits["fit"] = refs.fit_on
    if spec.reads_unlabelled and refs.unlabelled is not None:
        splits["unlabelled"] = refs.unlabelled
    return splits


def members(scope: Scope, target: str) -> list[JSON]:
    """A target's pool, as it goes into settings."""
    return [{"name": m, "labels": scope.model_task(m)["labels"]} for m in scope.pool(target)]


def read_and_scored(
    scope: Scope, target: str, splits: Mapping[str, SplitRef], results: Results
) -> dict[str, Output]:
    """Each split with its labels, of `unlabelled` the ids alone, and the pool's logits on them."""
    return {
        role: results.output(
            "validate", ref.dataset, ref.split if role != "unlabelled" else f"{ref.split}.examples"
        )
        for role, ref in splits.items()
    } | member_logits(scope, target, splits, results)


def member_logits(
    scope: Scope, target: str, splits: Mapping[str, SplitRef], results: Results
) -> dict[str, Output]:
    """The logits of a target's pool on each split, by ROLE:MEMBER."""
    return {
        f"{role}:{member}": results.output(
            "extract", f"{member}/{ref.dataset}", f"logits:{ref.split}"
        )
        for member in scope.pool(target)
        for role, ref in splits.items()
    }
