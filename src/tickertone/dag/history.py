"""What earlier runs knew of a step: its last good identity, and how long such steps take.

Read from journals and manifests, never from the database, and only as far back as is asked.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tickertone.dag.planner import Node
from tickertone.store.artifacts import Artifacts
from tickertone.store.journal import Entry, read_journal
from tickertone.store.manifest import Manifest, Output
from tickertone.workspace import Workspace

_GOOD = {"computed", "cached"}


class _Time(NamedTuple):
    subject: str
    family: str | None  # of models, where the stage is about one
    seconds: float


class History:
    """The journals and manifests of one workspace, as they are when first looked at."""

    def __init__(self, workspace: Workspace) -> None:
        self._artifacts = Artifacts(workspace)
        self._last: dict[Node, Entry] = {}
        self._took: dict[Node, list[float]] = defaultdict(list)
        self._outputs_of_run = cache(self._read_outputs)
        self._of_stage = cache(self._read_times)
        self._journals = sorted(workspace.runs.glob("*.jsonl"), key=_began)
        self._unread = list(self._journals)  # the newest at the end

    def last(self, node: Node) -> Entry | None:
        """The newest entry of a step that succeeded, with its parts; None if there is none."""
        while node not in self._last and self._unread:
            for entry in read_journal(self._unread.pop()):
                of = Node(entry.stage, entry.subject)
                if entry.outcome == "computed":
                    self._took[of].append(entry.seconds)
                if entry.outcome in _GOOD and entry.parts is not None:
                    self._last.setdefault(of, entry)
        return self._last.get(node)

    def told(self, node: Node) -> list[Entry]:
        """All that was ever noted of a step, oldest first."""
        subject = json.dumps(node.subject).encode()
        journals = (path for path in self._journals if subject in path.read_bytes())
        entries = (entry for path in journals for entry in read_journal(path))
        return [e for e in entries if (e.stage, e.subject) == node]

    @cached_property
    def steps(self) -> dict[str, Node]:
        """Every step that any run has known, by its name."""
        entries = (entry for path in self._journals for entry in read_journal(path))
        return {entry.step: Node(entry.stage, entry.subject) for entry in entries}

    def manifest(self, entry: Entry) -> Manifest | None:
        """What a step made that time, if it is still there."""
        return self._artifacts.read(entry.stage, entry.fingerprint) if entry.fingerprint else None

    def read_then(self, entry: Entry, role: str) -> Output | None:
        """An input of a step as it was in that run, if it is still there."""
        content = entry.parts.inputs.get(role) if entry.parts else None
        return self._outputs_of_run(entry.run).get(content) if content else None

    def seconds(self, node: Node, family: str | None = None) -> float | None:
        """The median of how long this step took so far, else others of its stage and family."""
        times = self._of_stage(node.stage)
        own = [t.seconds for t in times if t.subject == node.subject] or self._took.get(node)
        known = own or [t.seconds for t in times if t.family == family]
        return round(median(known), 1) if known else None

    def _read_outputs(self, run: str) -> dict[str, Output]:
        """Content -> output, of all that the steps of a run made or found."""
        (path,) = [p for p in self._journals if p.stem == run]
        manifests = filter(None, map(self.manifest, read_journal(path)))
        return {output.content: output for m in manifests for output in m.outputs.values()}

    def _read_times(self, stage: str) -> list[_Time]:
        return [*_times(self._artifacts.root / stage)]


def _times(folder: Path) -> Iterator[_Time]:
    for path in folder.glob("*/manifest.json"):
        try:
            manifest = json.loads(path.read_bytes())
            facts, recipe = manifest["facts"], manifest["parts"]["settings"].get("recipe", {})
            # Rows that were there already took no time, and say nothing of those that are not.
            if facts.get("rows_scored", 1):
                yield _Time(manifest["subject"], recipe.get("family"), float(facts["seconds"]))
        except (OSError, ValueError, KeyError):
            continue  # torn, or of another version: it tells nothing


def _began(journal: Path) -> tuple[str, int]:
    """Names tell the second a run began; within one second, the last write does."""
    return journal.name.partition("-")[0], journal.stat().st_mtime_ns
