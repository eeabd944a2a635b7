"""Start worker processes, relay what they say, and never leave one behind."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import IO, Any, NamedTuple

from tickertone.models.protocol import Say

_GRACE_SECONDS = 30.0


class Ended(NamedTuple):
    """How it ended: the last word that was no progress, and the status of the first that failed."""

    word: dict[str, Any]
    status: int


def run_workers(
    asked: Path, environments: Sequence[dict[str, str]], complaints: Path, say: Say
) -> Ended:
    """Run one worker in each environment, to the end; one that fails takes the others with it.

    Whatever interrupts the caller ends them all.
    """
    heard, spoken = os.pipe()
    workers: list[subprocess.Popen[bytes]] = []
    watchers: list[Thread] = []
    failures: list[int] = []
    word: dict[str, Any] = {}
    with os.fdopen(heard, encoding="utf-8", errors="replace") as lines:
        try:
            with os.fdopen(spoken, "wb") as stdout, complaints.open("wb") as stderr:
                for environment in environments:
                    workers.append(_started(asked, environment, stdout, stderr))
            for worker in workers:
                watchers.append(Thread(target=_watch, args=(worker, workers, failures)))
                watchers[-1].start()
            for line in lines:
                word = _word(line, say) or word
            for worker in workers:
                worker.wait()
        finally:
            for worker in workers:
                _end(worker)
            for watcher in watchers:
                watcher.join()
    return Ended(word, failures[0] if failures else 0)


def _started(
    asked: Path, environment: dict[str, str], stdout: IO[bytes], stderr: IO[bytes]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 (our own interpreter and module)
        [sys.executable, "-m", "tickertone.training.worker", str(asked), str(os.getpid())],
        stdout=stdout,  # lines are shorter than what a pipe takes in one piece
        stderr=stderr,
        stdin=subprocess.DEVNULL,
        env=environment,
    )


def _watch(
    worker: subprocess.Popen[bytes], workers: Sequence[subprocess.Popen[bytes]], failures: list[int]
) -> None:
    """The others would wait for the gradients of one that is gone."""
    status = worker.wait()
    if status != 0:
        failures.append(status)
        for other in workers:
            other.kill()


def _word(line: str, say: Say) -> dict[str, Any]:
    """Relay a line of progress; return the message if it is a last word."""
    try:
        message = json.loads(line)
    except ValueError:
        message = {"say": line.rstrip()}  # a library printed something
    if not isinstance(message, dict):
        return {}
    if "say" in message:
        say(str(message["say"]))
        return {}
    return message


def _end(worker: subprocess.Popen[bytes]) -> None:
    try:
        worker.wait(0)
        return
    except subprocess.TimeoutExpired:
        worker.terminate()
    try:
        worker.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
