"""What a stage's body is handed, and what it hands back. Kept small: every stage depends on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Say = Callable[[str], None]


@dataclass(frozen=True)
class Work:
    """The view that a body has of its step."""

    subject: str
    settings: Mapping[str, Any]
    inputs: Mapping[str, tuple[Path, ...]]  # role -> the files of that output
    contents: Mapping[str, str]  # role -> content hash, also of sources outside the store
    notes: Mapping[str, Any]  # may be shown, no part of the identity
    out: Path  # an empty folder; what is named in a Product is kept, the rest is dropped
    scratch: Path  # outlives a crash, so that the same step can resume; emptied on success
    shards: Path  # root of the folders of shards that several steps share
    reports: Path  # pages for people
    project: Path  # the checkout, for files named in data/
    say: Say  # one line of progress
    # Raises StoreError if the code or an input changed meanwhile: to be called before a row is put
    # where other steps find it. What is left in `out` is checked in any case.
    recheck: Callable[[], None] = lambda: None

    def only(self, role: str) -> Path:
        """The single file of an input."""
        (path,) = self.inputs[role]
        return path


@dataclass(frozen=True)
class Made:
    """One output: its files, and its identity where that is not the hash of those files."""

    files: tuple[Path, ...]
    content: str | None = None


@dataclass(frozen=True)
class Product:
    """All that a body made. `facts` are measurements, no part of any identity."""

    outputs: Mapping[str, Made]
    facts: Mapping[str, Any] = field(default_factory=dict)
