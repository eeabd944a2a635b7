"""Processes that we start, and that we stop with all their descendants."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # loaded here: between fork and exec there must be no import
GRACE = 10.0  # seconds from SIGTERM to SIGKILL


def spawn(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    log: Path | None = None,
    at_our_death: signal.Signals | None = None,
    held: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that a Ctrl-C reaches us and not it.

    `at_our_death`: the signal that it gets when we die, even by SIGKILL. `log`: where its output
    goes, if not to our own. `held`: it calls `wait_for_release`, and we shall call `release`.
    """
    start: Callable[..., subprocess.Popen[bytes]] = subprocess.Popen
    options = {
        "env": dict(environment),
        "cwd": folder,
        "stdin": subprocess.PIPE if held else subprocess.DEVNULL,
        "start_new_session": True,
        "preexec_fn": partial(_ask_for, at_our_death) if at_our_death else None,
    }
    if log is None:
        return start(command, **options)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return start(command, stdout=output, stderr=subprocess.STDOUT, **options)


def release(held: subprocess.Popen[bytes]) -> None:
    """Let a process go on that was started held; one that has ended is left alone."""
    if held.stdin is not None:
        with suppress(BrokenPipeError), held.stdin:
            held.stdin.write(b"\n")


def wait_for_release() -> bool:
    """Wait until whoever started us lets us go on; False if it does not want us any more."""
    return bool(sys.stdin.readline())


def stop(processes: Sequence[psutil.Process], first: signal.Signals = signal.SIGTERM) -> None:
    """End processes with their descendants: ask them by `first`, then ask all, then force them."""
    everyone = {p for root in processes for p in [root, *_descendants(root)]}
    for process in processes:
        _signal(process, first)
    psutil.wait_procs(processes, timeout=GRACE)
    everyone |= {child for process in everyone for child in _descendants(process)}
    for process in everyone:
        _signal(process, signal.SIGTERM)
    _, left = psutil.wait_procs(everyone, timeout=GRACE)
    for process in left:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(left, timeout=GRACE)


def marked(name: str, value: str) -> list[psutil.Process]:
    """The processes that have an environment variable, such as those that inherited it."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(name) == value:
                found.append(process)
        except psutil.Error:  # gone, a zombie, or another user's
            continue
    return found


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:  # it ended by itself
        return


def end_with_parent(number: signal.Signals) -> None:
    """Ask for a signal at our parent's death, even by SIGKILL."""
    _ask_for(number)


def _ask_for(number: signal.Signals) -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(number))
