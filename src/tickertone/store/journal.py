"""What a run did: one JSON line a step, appended as it happens, so that a killed run tells too."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from tickertone.frozen import Frozen
from tickertone.identity.fingerprint import Parts
from tickertone.store.disk import disk_errors_in_words
from tickertone.workspace import Workspace

Kind = Literal["cached", "computed", "failed", "blocked"]


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
            self._append(entry.model_dump_json() + "\n")

    def _append(self, line: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line)


def read_journal(path: Path) -> Iterator[Entry]:
    """The entries of one journal; a torn line, or one of another version, is left out."""
    for line in path.read_bytes().split(b"\n"):
        try:
            yield Entry.model_validate_json(line)
        except ValidationError:
            continue
