"""sweep(target x combiner): what the combiner comes to with few labels, or none."""

from tickertone.combiners.registry import combiner_module
from tickertone.dag.planner import Node, Results
from tickertone.dag.planners import combine
from tickertone.dag.planners.combine import members, read_and_scored, splits_of
from tickertone.dag.scope import Scope
from tickertone.identity.fingerprint import parts_of
from tickertone.store.manifest import Step


def subjects(scope: Scope) -> list[str]:
    """Every combiner on every target, in an experiment with label budgets."""
    return [] if scope.spec.budgets is None else combine.subjects(scope)


def needs(scope: Scope, subject: str) -> list[Node]:
    """The data sets that it reads, and the logits of the target's pool on them."""
    return combine.needs(scope, subject)


def wants(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing: an ensemble with a member short would be another ensemble under the same name."""
    return []


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads the labels of test, to score, and of the fitting split, if the rule learns."""
    _, target, combiner = subject.split("/")
    spec, budgets = scope.spec.combiners[combiner], scope.spec.budgets
    assert budgets is not None
    inputs = read_and_scored(scope, target, splits_of(scope, target, combiner), results)
    parts = parts_of(
        "sweep",
        settings={
            "combiner": spec.model_dump(mode="json"),
            "labels": scope.target_task(target)["labels"],
            "members": members(scope, target),
            "per_class": list(budgets.per_class) if spec.learns else [0],
            "draws": budgets.draws if spec.learns else 1,
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.sweep", combiner_module(spec.kind)],
        libraries=["numpy", "pyarrow", "scipy"],
    )
    return Step(subject=subject, parts=parts, inputs=inputs)
