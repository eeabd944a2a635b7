"""validate(data set): expectations, leaks, and dev carved from train."""

from tickertone.dag.planner import Node, Results
from tickertone.dag.scope import Scope
from tickertone.frozen import JSON
from tickertone.identity.fingerprint import parts_of
from tickertone.store.manifest import Step

_NOT_READ = {"title", "source", "licence", "related", "check_against", "drift"}


def subjects(scope: Scope) -> list[str]:
    """Every data set that is scored or trained on."""
    return list(scope.validated)


def needs(_scope: Scope, subject: str) -> list[Node]:
    """Its own snapshot."""
    return [Node("ingest", subject)]


def wants(scope: Scope, subject: str) -> list[Node]:
    """The snapshots whose train rows it must not share; one that is not there is a warning."""
    return [Node("ingest", name) for name in scope.dataset(subject).check_against]


def step(scope: Scope, subject: str, results: Results) -> Step:
    """Reads its own splits and quarantine, and the train split of the others."""
    spec = scope.dataset(subject)
    inputs = {
        name: results.output("ingest", subject, name) for name in (*spec.splits, "quarantine")
    }
    unchecked: list[JSON] = []
    for other in spec.check_against:
        if results.has(Node("ingest", other)):
            inputs[f"against:{other}"] = results.output("ingest", other, "train")
        else:
            unchecked.append(other)
    settings = spec.model_dump(mode="json", exclude=_NOT_READ)
    parts = parts_of(
        "validate",
        settings={
            "name": subject,
            "dataset": settings,
            "task": scope.task(subject),
            "unchecked": unchecked,
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.validate"],
        libraries=["great_expectations", "numpy", "pandas", "pyarrow", "scipy"],
    )
    return Step(subject=subject, parts=parts, inputs=inputs)
