"""validate(data set): expectations, leaks, and the parts carved from train."""

from tickertone.catalog.datasets import DatasetSpec
from tickertone.catalog.snapshots import ParallelLinesReader
from tickertone.dag.planner import Node, Results
from tickertone.dag.scope import Scope
from tickertone.frozen import JSON
from tickertone.identity.fingerprint import parts_of
from tickertone.store.manifest import Step


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
    parts = parts_of(
        "validate",
        settings={
            "name": subject,
            "dataset": {**_rules(spec), "related": _related(scope, spec)},
            "task": scope.task(subject),
            "unchecked": unchecked,
        },
        inputs={role: output.content for role, output in inputs.items()},
        entry_points=["tickertone.stages.validate"],
        libraries=["great_expectations", "numpy", "pandas", "pyarrow", "scipy"],
    )
    return Step(subject=subject, parts=parts, inputs=inputs)


def _related(scope: Scope, spec: DatasetSpec) -> JSON:
    """Of the data sets to compare with, those that are declared to share texts with this one."""
    return [
        other
        for other in spec.check_against
        if spec.related is not None and spec.related == scope.dataset(other).related
    ]


def _rules(spec: DatasetSpec) -> dict[str, JSON]:
    """What validation knows of a stanza (`validation.rules`); how files are read is ingest's."""
    splits: dict[str, JSON] = {}
    for name, split in spec.splits.items():
        labels_apart = isinstance(spec.reader, ParallelLinesReader)
        rows = [file.rows for file in (split.files[::2] if labels_apart else split.files)]
        known = [n for n in rows if n is not None]
        expected = sum(known) if len(known) == len(rows) else None
        splits[name] = {"role": split.role, "rows": expected}
    return {
        "labels": [*sorted({label for label in spec.labels.values() if label is not None})],
        "splits": splits,
        "carve": [[part, share] for part, share in spec.carve.shares.items()],
        "max_characters": spec.max_characters,
        "samples": {name: s.model_dump(mode="json") for name, s in spec.samples.items()},
    }
