"""Where the answers of paid servers are kept: sealed lines that no step's removal takes along."""

from pathlib import Path

from tickertone.store.sealed_json import unsealed
from tickertone.workspace import Workspace


def answers_folder(workspace: Workspace) -> Path:
    """One file a model of a server (endpoint.ledger)."""
    return workspace.var / "answers"


def answer_files(workspace: Workspace) -> list[Path]:
    """Those there are."""
    return sorted(answers_folder(workspace).glob("*.jsonl"))


def damaged_answers(path: Path) -> int:
    """How many lines of a file are not as they were written."""
    with path.open("rb") as lines:
        return sum(bool(line.strip()) and unsealed(line.rstrip(b"\n")) is None for line in lines)
