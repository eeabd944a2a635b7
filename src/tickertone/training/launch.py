"""Start a training process, relay what it says, and never leave it behind."""

import json
import os
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any

import tickertone
from tickertone import errors
from tickertone.errors import TrainingError
from tickertone.models.protocol import Say
from tickertone.training.request import FitRequest, Measurements

_GRACE_SECONDS = 30.0
_LAST_LINES = 12


def fit_in_process(request: FitRequest, say: Say) -> Measurements:
    """Run `request` in a process of its own and return what it measured.

    Whatever interrupts the caller ends the process too. Raises the TickertoneError that the fit
    raised, or TrainingError with the end of its standard error if it died without one.
    """
    request.scratch.mkdir(parents=True, exist_ok=True)
    asked = request.scratch / "request.json"
    asked.write_text(request.model_dump_json())
    complaints = request.scratch / "stderr.txt"
    last: dict[str, Any] = {}
    with complaints.open("wb") as stderr:
        process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
            [sys.executable, "-m", "tickertone.training.worker", str(asked), str(os.getpid())],
            stdout=subprocess.PIPE,
            stderr=stderr,
            stdin=subprocess.DEVNULL,
            env=_environment(request.scratch),
            text=True,
        )
        try:
            for line in process.stdout or ():
                last = _heard(line, say) or last
            status = process.wait()
        finally:
            _end(process)
    if "done" in last and status == 0:
        return Measurements.model_validate(last["done"])
    if "error" in last:
        raise _rebuilt(last["error"])
    raise _died(request, status, complaints)


def _environment(scratch: Path) -> dict[str, str]:
    source = str(Path(tickertone.__file__).parents[1])
    paths = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "TOKENIZERS_PARALLELISM": "false",  # it forks badly and gains nothing on short texts
        "HF_DATASETS_CACHE": str(scratch / "datasets"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


def _heard(line: str, say: Say) -> dict[str, Any]:
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


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdout is not None:
        process.stdout.close()
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _rebuilt(parts: dict[str, str]) -> errors.TickertoneError:
    kind: type[errors.TickertoneError] = getattr(errors, parts["kind"], TrainingError)
    return kind(
        parts["place"],
        found=parts["found"],
        expected=parts["expected"],
        remedy=parts["remedy"],
    )


def _died(request: FitRequest, status: int, complaints: Path) -> TrainingError:
    with complaints.open(encoding="utf-8", errors="replace") as file:
        lines = [line.rstrip() for line in deque(file, _LAST_LINES)]
    cause = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    memory = " (out of memory, perhaps)" if status == -9 else ""
    return TrainingError(
        f"training of {request.subject}",
        found="\n    ".join([f"the process {cause}{memory} without a model", *lines]),
        remedy="run it again: it resumes from its last complete checkpoint",
    )
