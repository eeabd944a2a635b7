"""How long a step may take, judging by how long such steps took, as their manifests say.

Training and scoring scale with rows: past seconds a row times the rows to train on, or to score.
Where either number is not known, and for all other stages, the median of past durations stands.
A step that never ran takes after others of its kind: models of the same family, combiners of the
same sort. No estimate is better than a guess: there is none where nothing of the kind was timed.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tickertone.dag.planner import Node
from tickertone.store.artifacts import MANIFEST, Artifacts
from tickertone.store.manifest import Step

_BY_ROWS = {"finetune", "extract"}


class _Time(NamedTuple):
    subject: str  # of extractions the model: its data sets differ in rows alone
    kind: str | None  # the family of a model, the sort of a combiner
    seconds: float
    rows: int | None  # trained on, or scored


class Durations:
    """The past durations of one workspace, read as far as is asked."""

    def __init__(self, artifacts: Artifacts) -> None:
        self._root = artifacts.root
        self._times = cache(self._read_times)

    def estimate(
        self, node: Node, kind: str | None = None, rows: int | None = None
    ) -> float | None:
        """Seconds that a step may take; `kind` as its stage has it, `rows` to train on or score."""
        times = self._times(node.stage)
        subject = _subject(node.stage, node.subject)
        own = [t for t in times if t.subject == subject]
        near = own or [t for t in times if t.kind == kind]
        by_row = [(t.seconds, t.rows) for t in near if t.rows]
        if rows is not None and by_row:
            seconds, over = map(sum, zip(*by_row, strict=True))
            return round(rows * seconds / over, 1)
        return round(median(t.seconds for t in near), 1) if near else None

    def training_rows(self, step: Step) -> int | None:
        """How many rows a model is trained on; None where that is not known yet."""
        there = self._sum_rows({role: output.content for role, output in step.inputs.items()})
        return _at_most(there, step.parts.settings)

    def _sum_rows(self, inputs: Mapping[str, str]) -> int | None:
        counts = [self._rows.get(c) for role, c in inputs.items() if role.startswith("train:")]
        known = [count for count in counts if count is not None]
        return sum(known) if known and len(known) == len(counts) else None

    @cached_property
    def _rows(self) -> dict[str, int]:
        """Content of a validated split -> its rows."""
        found: dict[str, int] = {}
        for manifest in _manifests(self._root / "validate"):
            for split, counts in manifest["facts"].get("splits", {}).items():
                output = manifest["outputs"].get(split)
                if output is not None and "rows_accepted" in counts:
                    found[output["content"]] = counts["rows_accepted"]
        return found

    def _read_times(self, stage: str) -> list[_Time]:
        return [
            t for m in _manifests(self._root / stage) if (t := self._time(stage, m)) is not None
        ]

    def _time(self, stage: str, manifest: Mapping[str, Any]) -> _Time | None:
        facts, parts = manifest["facts"], manifest["parts"]
        if "seconds" not in facts or facts.get("rows_scored", 1) == 0:
            return None  # rows that were there already took no time, and say nothing of the others
        rows = facts.get("rows_scored")
        if stage == "finetune":
            rows = _at_most(self._sum_rows(parts["inputs"]), parts["settings"])
        # A training that was taken up again counts what it took before the interruption as well.
        seconds = max(float(facts["seconds"]), float(facts.get("train_seconds") or 0))
        subject = _subject(stage, manifest["subject"])
        return _Time(subject, _kind(parts["settings"]), seconds, rows)


def _at_most(rows: int | None, settings: Mapping[str, Any]) -> int | None:
    """Rows to train on: a recipe may take no more than so many."""
    limit = settings.get("recipe", {}).get("rows")
    return rows if rows is None or limit is None else min(rows, limit)


def _subject(stage: str, subject: str) -> str:
    return subject.split("/")[0] if stage in _BY_ROWS else subject


def _kind(settings: Mapping[str, Any]) -> str | None:
    for name, field in (("recipe", "family"), ("form", "family"), ("combiner", "kind")):
        if isinstance(settings.get(name), dict):
            return str(settings[name].get(field))
    return None


def _manifests(folder: Path) -> Iterator[dict[str, Any]]:
    """The manifests of a stage as plain values; those torn or of another version left out."""
    for path in folder.glob(f"[!.]*/{MANIFEST}"):
        try:
            manifest = json.loads(path.read_bytes())
            if {"subject", "facts", "parts", "outputs"} <= manifest.keys():
                yield manifest
        except (OSError, ValueError, AttributeError):
            continue
