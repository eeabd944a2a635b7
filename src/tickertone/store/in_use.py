"""Who uses the store: runs side by side, or one that tidies up and nobody else.

A run holds a shared flock from its first plan to its last row; what removes or replaces artifacts
holds it exclusively. The kernel frees it if its holder dies.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tickertone.errors import StoreBusy
from tickertone.workspace import Workspace


def enter(workspace: Workspace) -> IO[str]:
    """Say that a run is under way, until the file that is returned is closed.

    Waits for whoever tidies up just now.
    """
    file = _open(_lock(workspace))
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


@contextmanager
def at_rest(workspace: Workspace, what: str) -> Iterator[None]:
    """Keep runs out; raises StoreBusy, naming `what` must wait, while one is under way."""
    with try_at_rest(workspace) as alone:
        if not alone:
            raise StoreBusy(
                what,
                found="a run is under way, or another command that needs the store for itself",
                remedy="wait for its end, then try again",
            )
        yield


@contextmanager
def try_at_rest(workspace: Workspace) -> Iterator[bool]:
    """Keep runs out if none is under way; whether that is so."""
    with try_locked(_lock(workspace)) as free:
        yield free


@contextmanager
def try_locked(path: Path) -> Iterator[bool]:
    """Hold an exclusive flock on `path` if nobody else has it; whether that is so."""
    with _open(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _lock(workspace: Workspace) -> Path:
    return workspace.locks / "in-use.lock"


def _open(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a", encoding="utf-8")
