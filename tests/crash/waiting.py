"""Who holds an flock, and who waits for it, asked of the kernel without taking part."""

import time
from collections.abc import Callable
from pathlib import Path


def is_held(path: Path) -> bool:
    """Whether a process has a lock on the file."""
    return any("->" not in line for line in _lines_about(path))


def is_waited_for(path: Path) -> bool:
    """Whether a process waits for a lock on the file that another has."""
    return any("->" in line for line in _lines_about(path))


def wait_for(true: Callable[[], object], what: str) -> None:
    """Give up after minutes: a busy machine is no failure."""
    end = time.monotonic() + 300
    while not true():
        assert time.monotonic() < end, f"no {what}"
        time.sleep(0.02)


def _lines_about(path: Path) -> list[list[str]]:
    """Lines of /proc/locks such as `1: -> FLOCK ADVISORY WRITE 42 08:01:1234 0 EOF`, in words."""
    try:
        inode = f":{path.stat().st_ino}"
    except FileNotFoundError:
        return []
    lines = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    return [words for words in lines if "FLOCK" in words and words[-3].endswith(inode)]
