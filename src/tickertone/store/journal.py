"""What a run did: one JSON line a step, appended as it happens, so that a killed run tells too."""

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from tickertone.frozen import Frozen
from tickertone.identity.fingerprint import Parts
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

    def __init__(self, workspace: Workspace, experiment: str) -> None:
        now = datetime.now(UTC)
        self.run = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        self.experiment = experiment
        self.path = workspace.runs / f"{self.run}.jsonl"
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Append one entry; a torn last line is ignored by readers."""
        entry = entry.model_copy(
            update={"finished_at": datetime.now(UTC).isoformat(timespec="seconds")}
        )
        self.entries.append(entry)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(entry.model_dump_json() + "\n")


def read_journal(path: Path) -> Iterator[Entry]:
    """The entries of one journal, a torn last line left out."""
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            json.loads(line)
        except json.JSONDecodeError:
            continue
        yield Entry.model_validate_json(line)
