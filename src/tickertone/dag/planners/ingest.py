"""ingest(data set): the pinned source, read and given ids."""

from tickertone.dag.planner import Node, Results
from tickertone.dag.scope import Scope
from tickertone.datasets.sources.locate import source_identity
from tickertone.identity.fingerprint import parts_of
from tickertone.store.manifest import Step


def subjects(scope: Scope) -> list[str]:
    """Every data set that is validated, or checked against."""
    return list(scope.ingested)


def needs(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing: this is where it starts."""
    return []


def wants(_scope: Scope, _subject: str) -> list[Node]:
    """Nothing."""
    return []


def step(scope: Scope, subject: str, _results: Results) -> Step:
    """Identified by the content of the source files; raises DataError if they cannot be found."""
    spec = scope.dataset(subject)
    files = source_identity(spec, scope.catalog.folder)
    parts = parts_of(
        "ingest",
        settings={
            "dataset": spec.snapshot.model_dump(mode="json"),
            "task": scope.task(subject),
        },
        inputs=files,
        entry_points=["tickertone.stages.ingest"],
        libraries=["pyarrow"],
    )
    return Step(subject=subject, parts=parts, inputs={})
