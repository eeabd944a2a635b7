"""transfer(target): which members should do well on a target, by the labelled part alone."""

from tickertone.catalog.experiments import SplitRef
from tickertone.dag.planner import Node, Results
from tickertone.dag.planners.combine import read_and_scored, split_nodes
from tickertone.dag.scope import Scope
from tickertone.identity.fingerprint import parts_of
from tickertone.store.manifest import Step


def subjects(scope: Scope) -> list[str]:
    """Every target that has members, if the experiment asks for it."""
    if not scope.spec.transfer:
        return []
    return [f"{scope.name}/{target}" for target in scope.targets if scope.pool(target)]


def needs(scope: Scope, subject: str) -> list[Node]:
    """The target's data sets, and the logits of its pool on them."""
    target = subject.split("/")[1]
    return split_nodes(scope, target, _splits(scope, target).values())


def wants(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing: a score is compared with those of all other members."""
    return []


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads labels of the fitting split, to score, and of test, to see how well that ranked."""
    name = subject.split("/")[1]
    inputs = read_and_scored(scope, name, _splits(scope, name), results)
    parts = parts_of(
        "transfer",
        settings={
            "labels": scope.target_task(name)["labels"],
            "members": [
                {
                    "name": member,
                    "labels": scope.model_task(member)["labels"],
                    "source": "+".join(scope.model(member).trained_on),
                }
                for member in scope.pool(name)
            ],
            "draws": scope.spec.bootstrap_draws,
            "seed": scope.spec.seed,
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.transfer"],
        libraries=["numpy", "pyarrow", "scipy"],
    )
    return Step(subject=subject, parts=parts, inputs=inputs)


def _splits(scope: Scope, target: str) -> dict[str, SplitRef]:
    refs = scope.targets[target]
    return {"fit": refs.fit_on, "test": refs.test}
