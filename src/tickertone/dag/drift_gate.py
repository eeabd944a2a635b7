"""The gate between ingest and validate: label shares against the last accepted snapshot.

It looks back in time, so it is no part of any fingerprint: the same snapshot always validates the
same way, but may only follow on one that it resembles.
"""

from typing import Any

from tickertone.catalog.datasets import DatasetSpec
from tickertone.errors import DataError
from tickertone.store.manifest import Manifest
from tickertone.store.sealed_json import read_sealed, write_sealed
from tickertone.validation.drift import label_drift
from tickertone.workspace import Workspace


def check_drift(
    workspace: Workspace, dataset: str, spec: DatasetSpec, ingested: Manifest
) -> list[str]:
    """Warnings in words; raises DataError where a label's share moved by more than `drift.stop`.

    Raises StoreError if what was accepted last cannot be believed.
    """
    path = workspace.accepted / f"{dataset}.json"
    if not path.is_file():
        return []
    before: dict[str, dict[str, int]] = read_sealed(path)
    warnings = []
    for split, now in _label_counts(ingested).items():
        for drift in label_drift(before.get(split, {}), now, spec.drift):
            words = (
                f"{dataset} {split}: label {drift.label} went from {drift.before:.1%} to "
                f"{drift.now:.1%} of the rows"
            )
            if drift.verdict == "stop":
                raise DataError(
                    words,
                    found=f"a move of {abs(drift.now - drift.before):.1%}",
                    expected=f"at most {spec.drift.stop:.1%} from the last accepted snapshot",
                    remedy="look at the source; if the change is wanted, raise "
                    f"datasets.{dataset}.drift.stop in data/datasets.yaml for one run",
                )
            if drift.verdict == "warn":
                warnings.append(words)
    return warnings


def remember_accepted(workspace: Workspace, dataset: str, ingested: Manifest) -> None:
    """Remember the label counts of a snapshot that passed validation."""
    write_sealed(workspace.accepted / f"{dataset}.json", _label_counts(ingested))


def _label_counts(ingested: Manifest) -> dict[str, dict[str, int]]:
    splits: Any = ingested.facts["splits"]
    return {split: counts["label_counts"] for split, counts in splits.items()}
