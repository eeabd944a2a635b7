"""Timing things side by side: all of them in every round, so that drift meets them alike.

The machine's speed changes from minute to minute; a median of ratios within rounds does not.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tickertone.errors import StoreError


@dataclass(frozen=True)
class Command:
    """What is typed, and where."""

    name: str
    words: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]


class Time(NamedTuple):
    """One run: seconds on the clock, and of all processors by the command and what it started."""

    wall: float
    cpu: float
    printed: str


Round = dict[str, Time]  # by name of the command


def rounds(commands: Sequence[Command], number: int) -> list[Round]:
    """Run all commands once, uncounted, and then `number` rounds; every other one backwards."""
    return in_rounds({command.name: partial(timed, command) for command in commands}, number)


def in_rounds(measures: Mapping[str, Callable[[], Time]], number: int) -> list[Round]:
    """Take all measures once, uncounted, and then `number` times; every other round backwards."""
    for measure in measures.values():
        measure()
    order = [*measures.items()]
    found = []
    for _ in range(number):
        found.append({name: measure() for name, measure in order})
        order.reverse()
    return found


def timed(command: Command) -> Time:
    """Run one command to its end; raises StoreError if it fails."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            command.words,
            cwd=command.folder,
            env={**os.environ, **command.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            said = errors.read()[-2000:].decode(errors="replace").strip()
            raise StoreError(
                " ".join(command.words), found=f"ended with status {process.returncode}: {said}"
            )
        printed = output.read().decode(errors="replace")
        return Time(wall, used.ru_utime + used.ru_stime, printed)


def middle(found: Sequence[Round], name: str) -> float:
    """The median time of a command on the clock, in seconds."""
    return median(one[name].wall for one in found)


def ratio(found: Sequence[Round], name: str, other: str) -> float:
    """The median, over rounds, of how many times as long as the other a command took."""
    return median(one[name].wall / one[other].wall for one in found)


def difference(found: Sequence[Round], name: str, other: str) -> float:
    """The median, over rounds, of how many seconds longer than the other a command took."""
    return median(one[name].wall - one[other].wall for one in found)
