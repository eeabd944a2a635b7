"""validate(data set): expectations, leaks, and dev carved from train."""

from tickertone.dag.planner import Node, Results
from tickertone.dag.scope import Scope
from tickertone.identity.fingerprint import parts_of
from tickertone.store.manifest import Step


def subjects(scope: Scope) -> list[str]:
    """Every data set that is scored or trained on."""
    return list(scope.validated)


def needs(scope: Scope, subject: str) -> list[Node]:
    """Its own snapshot, and those whose train rows it must not share."""
    others = scope.dataset(subject).check_against
    return [Node("ingest", name) for name in (subject, *others)]


def wants(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing."""
    return []


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads its own splits and quarantine, and the train split of the others."""
    spec = scope.dataset(subject)
    inputs = {
        name: results.output("ingest", subject, name) for name in (*spec.splits, "quarantine")
    }
    for other in spec.check_against:
        if "train" in scope.dataset(other).splits:
            inputs[f"against:{other}"] = results.output("ingest", other, "train")
    settings = spec.model_dump(mode="json", exclude={"title", "source", "licence", "drift"})
    parts = parts_of(
        "validate",
        settings={"dataset": settings, "task": scope.task(subject)},
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.validate"],
        libraries=["great_expectations", "numpy", "pandas", "pyarrow", "scipy"],
    )
    return Step(subject=subject, parts=parts, inputs=inputs)
