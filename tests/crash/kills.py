"""When and where a run is struck by SIGKILL, drawn from a seed."""

import random
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil

from tests.crash.flow import alive
from tests.crash.waiting import is_held
from tickertone.workspace import Workspace

FLOW, TRAINING = "flows.local.foreground", "tickertone.training.worker"
AIMS = ("everything", "training", "command", "flow", "index")
_POLL_SECONDS = 0.02
# How long trainings and the loading of rows take in the small workspace, about.
_WHILE_TRAINING, _WHILE_INDEXING = 6.0, 0.3


@dataclass(frozen=True)
class Kill:
    """One strike: at what, and how many seconds after the run began, or after the aim was seen."""

    aim: str
    after: float

    def strike(self, run: "subprocess.Popen[bytes]", workspace: Workspace) -> bool:
        """Wait for the moment and kill; False if the run ended by itself before."""
        seen: Callable[[], object] = {
            "training": lambda: alive(workspace, TRAINING),
            "index": lambda: is_held(workspace.locks / "database.lock"),
            "flow": lambda: alive(workspace, FLOW),
        }.get(self.aim, lambda: True)
        began = time.monotonic()
        if not _wait(run, seen):
            return False
        end = time.monotonic() + self.after
        if self.aim == "flow":  # counted, like the others, from when the command was given
            end = max(began + self.after, time.monotonic())
        if not _wait(run, lambda: time.monotonic() >= end):
            return False
        if self.aim == "training":
            return kill(alive(workspace, TRAINING))
        if self.aim == "command":
            run.kill()
            return True
        if self.aim == "flow":
            return kill(alive(workspace, FLOW))
        return kill(alive(workspace))


def kills(number: int, seed: int, duration: float) -> Iterator[Kill]:
    """The aims in turn, each at a random moment of an undisturbed run's `duration` in seconds."""
    draw = random.Random(seed)
    spans = {"training": _WHILE_TRAINING, "index": _WHILE_INDEXING}
    for i in range(number):
        aim = AIMS[i % len(AIMS)]
        yield Kill(aim, draw.uniform(0, spans.get(aim, duration)))


def kill(processes: list[psutil.Process]) -> bool:
    """SIGKILL to all of them; whether any was still there."""
    struck = False
    for process in processes:
        try:
            process.kill()
            struck = True
        except psutil.Error:  # it has just ended
            continue
    return struck


def _wait(run: "subprocess.Popen[bytes]", until: Callable[[], object]) -> bool:
    """Whether that came true while the run was under way."""
    while run.poll() is None:
        if until():
            return True
        time.sleep(_POLL_SECONDS)
    return False
