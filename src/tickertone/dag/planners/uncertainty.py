"""uncertainty(target): what the compared combiner can promise of single predictions, by k."""

from tickertone.catalog.combiners import CombinerSpec
from tickertone.catalog.experiments import SplitRef
from tickertone.combiners.registry import combiner_module
from tickertone.dag.planner import Node, Results
from tickertone.dag.planners.combine import members, read_and_scored, split_nodes, splits_of
from tickertone.dag.scope import Scope
from tickertone.frozen import JSON
from tickertone.identity.fingerprint import Parts, parts_of
from tickertone.store.manifest import Output, Step


def subjects(scope: Scope) -> list[str]:
    """Every target that has members, in an experiment whose budgets name a combiner to compare."""
    if scope.spec.budgets is None or scope.spec.budgets.compare is None:
        return []
    return [f"{scope.name}/{target}" for target in scope.targets if scope.pool(target)]


def needs(scope: Scope, subject: str) -> list[Node]:
    """The target's data sets, and the logits of its pool on them."""
    target = subject.split("/")[1]
    return split_nodes(scope, target, _splits(scope, target).values())


def wants(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing: an ensemble with a member short would be another ensemble under the same name."""
    return []


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads the labelled part, to fit and calibrate, and the labels of test, to measure."""
    budgets = scope.spec.budgets
    assert budgets is not None
    target = subject.split("/")[1]
    inputs = inputs_of(scope, target, results)
    asked: dict[str, JSON] = {
        "per_class": list(budgets.per_class),
        "coverage": budgets.coverage,
    }
    parts = parts_of_compared("uncertainty", scope, target, inputs, asked)
    return Step(subject=subject, parts=parts, inputs=inputs)


def compared(scope: Scope) -> tuple[str, CombinerSpec]:
    """The combiner that is held against the others, and what it is."""
    assert scope.spec.budgets is not None
    assert scope.spec.budgets.compare is not None
    name = scope.spec.budgets.compare
    return name, scope.spec.combiners[name]


def inputs_of(scope: Scope, target: str, results: Results) -> dict[str, Output]:
    """The splits that the compared combiner reads of a target, and its pool's logits on them.

    Labels of the labelled part are read also for a rule that learns nothing: sets are calibrated,
    and members chosen, by them.
    """
    return read_and_scored(scope, target, _splits(scope, target), results)


def parts_of_compared(
    stage: str,
    scope: Scope,
    target: str,
    inputs: dict[str, Output],
    asked: dict[str, JSON],
) -> Parts:
    """The identity of a step about the compared combiner; `asked` are its own settings."""
    assert scope.spec.budgets is not None
    name, spec = compared(scope)
    return parts_of(
        stage,
        settings={
            "name": name,
            "combiner": spec.model_dump(mode="json"),
            "labels": scope.target_task(target)["labels"],
            "members": members(scope, target),
            "draws": scope.spec.budgets.draws,
            **asked,
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=[f"tickertone.stages.{stage}", combiner_module(spec.kind)],
        libraries=["numpy", "pyarrow", "scipy"],
    )


def _splits(scope: Scope, target: str) -> dict[str, SplitRef]:
    return splits_of(scope, target, compared(scope)[0]) | {"fit": scope.targets[target].fit_on}
