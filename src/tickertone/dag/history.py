"""What earlier runs knew of a step: its last good identity, and what it read.

Read from journals and manifests, never from the database, and no further back than is asked. Of a
line of a journal only the head is read until the step is asked for: years of nights stay cheap.
"""

import re
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from tickertone.dag.planner import Node
from tickertone.store.artifacts import Artifacts
from tickertone.store.journal import DONE, Entry, journals, read_line
from tickertone.store.manifest import Manifest, Output
from tickertone.workspace import Workspace

# How a line begins, since fields are written in the order in which `Entry` declares them.
_HEAD = re.compile(
    r'\{"run":"[^"]*","experiment":"[^"]*","stage":"([^"]*)","subject":"([^"]*)","outcome":"([a-z]*)"'
)


class _Line(NamedTuple):
    node: Node
    outcome: str
    text: str


class History:
    """The journals and manifests of one workspace, as they are when first looked at."""

    def __init__(self, workspace: Workspace) -> None:
        self._artifacts = Artifacts(workspace)
        self._journals = journals(workspace)
        self._unread = list(self._journals)  # the newest at the end
        self._newest: dict[Node, str] = {}
        self._outputs_of_run = cache(self._read_outputs)

    def last(self, node: Node) -> Entry | None:
        """The newest entry of a step that succeeded, with its parts; None if there is none."""
        while node not in self._newest and self._unread:
            for line in reversed([*_lines(self._unread.pop())]):
                if line.outcome in DONE:
                    self._newest.setdefault(line.node, line.text)
        entry = _entry(self._newest[node]) if node in self._newest else None
        return entry if entry is not None and entry.parts is not None else None

    def told(self, node: Node) -> list[Entry]:
        """All that was ever noted of a step, oldest first."""
        lines = (line for path in self._journals for line in _lines(path))
        return [e for line in lines if line.node == node and (e := _entry(line.text)) is not None]

    @cached_property
    def steps(self) -> dict[str, Node]:
        """Every step that any run has known, by its name."""
        return {str(line.node): line.node for path in self._journals for line in _lines(path)}

    def manifest(self, entry: Entry) -> Manifest | None:
        """What a step made that time, if it is still there."""
        return self._artifacts.read(entry.stage, entry.fingerprint) if entry.fingerprint else None

    def read_then(self, entry: Entry, role: str) -> Output | None:
        """An input of a step as it was in that run, if it is still there."""
        content = entry.parts.inputs.get(role) if entry.parts else None
        return self._outputs_of_run(entry.run).get(content) if content else None

    def _read_outputs(self, run: str) -> dict[str, Output]:
        """Content -> output, of all that the steps of a run made or found."""
        paths = (path for path in self._journals if path.stem == run)
        entries = (_entry(line.text) for path in paths for line in _lines(path))
        manifests = (self.manifest(entry) for entry in entries if entry is not None)
        return {output.content: output for m in manifests if m for output in m.outputs.values()}


def _lines(journal: Path) -> Iterator[_Line]:
    """The lines of a journal, but for a torn one."""
    for text in journal.read_text(encoding="utf-8", errors="replace").split("\n"):
        if text.endswith("}") and (head := _HEAD.match(text)) is not None:
            stage, subject, outcome = head.groups()
            yield _Line(Node(stage, subject), outcome, text)


def _entry(text: str) -> Entry | None:
    return read_line(text.encode())
