"""Data quality and licences of each data set, as a reader wants to see them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tickertone.report.findings import DatasetFindings, Findings, Row, Rows

_FIRST_WORDS = re.compile(r" of line |:")  # what comes after tells single rows apart


@dataclass(frozen=True)
class SplitQuality:
    """Row counts of one split; `read` is accepted + quarantined, None where unknown."""

    split: str
    accepted: int
    quarantined: int | None
    clean: int

    @property
    def read(self) -> int | None:
        """Rows found in the files for this split."""
        return None if self.quarantined is None else self.accepted + self.quarantined

    @property
    def near_twins(self) -> int:
        """Test rows that all but repeat a row of train."""
        return self.accepted - self.clean


@dataclass(frozen=True)
class DatasetQuality:
    """One data set: its licence, its rows, and the checks that did not succeed."""

    name: str
    title: str
    source: str
    licence: str
    commercial: bool
    validated: bool
    splits: Sequence[SplitQuality]
    reasons: Sequence[tuple[str, int]]
    checks: int
    failed: Rows


def dataset_qualities(findings: Findings) -> list[DatasetQuality]:
    """Every data set of the experiment, by name."""
    return [
        _quality(name, spec, findings.datasets.get(name, DatasetFindings()))
        for name, spec in sorted(findings.dataset_specs.items())
    ]


def _quality(name: str, spec: Row, found: DatasetFindings) -> DatasetQuality:
    licence = spec.get("licence") or {}
    quarantine = found.quarantine or ()
    rejected = Counter(row["split"] for row in quarantine)
    splits = [
        SplitQuality(
            split,
            counted.accepted,
            rejected[split] if found.quarantine is not None else None,
            counted.clean,
        )
        for split, counted in sorted((found.splits or {}).items())
    ]
    reasons = Counter(_FIRST_WORDS.split(str(row["reason"]))[0] for row in quarantine)
    checks = found.checks or ()
    return DatasetQuality(
        name=name,
        title=str(spec.get("title") or name),
        source=_source(spec.get("source") or {}),
        licence=str(licence.get("name") or "not stated"),
        commercial=bool(licence.get("commercial", False)),
        validated=found.checks is not None,
        splits=splits,
        reasons=sorted(reasons.items(), key=lambda item: (-item[1], item[0])),
        checks=len(checks),
        failed=[check for check in checks if not check["success"]],
    )


def _source(source: Row | str) -> str:
    if isinstance(source, str):
        return source
    if source.get("hub"):
        pin = source.get("revision")
        return f"{source['hub']} on the Hugging Face Hub" + (f" at {pin[:12]}" if pin else "")
    if source.get("local"):
        return f"data/{source['local']} of this project"
    return str(source.get("mirror") or "not stated")
