"""What a run did: one JSON line a step, appended as it happens, so that a killed run tells too.

Each line carries the sha256 of its text: one with a changed byte is not believed.

An acceptance is noted like a run, in a journal of its own: "accepted" where an older result was
vouched for, "withdrawn" where that was undone and the step stands as it did before.
"""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from tickertone.frozen import Frozen
from tickertone.identity.fingerprint import Parts
from tickertone.store.disk import disk_errors_in_words
from tickertone.store.sealed_json import sealed, unsealed
from tickertone.workspace import Workspace

Kind = Literal["cached", "computed", "failed", "blocked", "accepted", "withdrawn"]
# After these a step stands for the fingerprint that its entry names.
DONE: frozenset[Kind] = frozenset({"cached", "computed", "accepted", "withdrawn"})


class Entry(Frozen):
    """What came of one step of one run."""

    run: str
    experiment: str
    stage: str
    subject: str
    outcome: Kind
    fingerprint: str | None = None
    parts: Parts | None = None
    seconds: float = 0.0
    message: str = ""
    finished_at: str = ""

    @property
    def step(self) -> str:
        """Stage and subject."""
        return f"{self.stage} {self.subject}"


class Journal:
    """The journal of one run."""

    def __init__(self, workspace: Workspace) -> None:
        now = datetime.now(UTC)
        self.run = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        self.path = workspace.runs / f"{self.run}.jsonl"
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Append one entry; a torn last line is ignored by readers. Raises StoreError."""
        entry = entry.model_copy(
            update={"finished_at": datetime.now(UTC).isoformat(timespec="seconds")}
        )
        self.entries.append(entry)
        with disk_errors_in_words():
            self._append(sealed(entry.model_dump_json()) + "\n")

    def _append(self, line: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line)


def journals(workspace: Workspace) -> list[Path]:
    """All journals, oldest first; within the second that names tell, the last write decides."""
    return sorted(workspace.runs.glob("*.jsonl"), key=_began)


def _began(journal: Path) -> tuple[str, int]:
    return journal.name.partition("-")[0], journal.stat().st_mtime_ns


def read_journal(path: Path) -> Iterator[Entry]:
    """The entries of one journal, but for lines that cannot be believed."""
    entries = (read_line(line) for line in path.read_bytes().split(b"\n"))
    yield from (entry for entry in entries if entry is not None)


def read_line(line: bytes) -> Entry | None:
    """An entry as it was noted; None for a torn or changed line, or one of another version."""
    text = unsealed(line)
    try:
        return Entry.model_validate_json(text) if text else None
    except ValidationError:
        return None
