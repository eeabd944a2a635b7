"""Fit in processes of their own; where memory runs out, again with fewer rows at a time.

A fit that runs out of memory in a training step is taken up by fresh processes from its last
complete checkpoint, with half the micro-batch, down to one row. The batch of the recipe stays, so
the result does. Memory that runs out elsewhere, or so far that the kernel kills, is an error.
"""

import json
import os
import signal
from collections import deque
from pathlib import Path
from typing import Any

import tickertone
from tickertone import errors
from tickertone.errors import ModelError, TrainingError
from tickertone.models.data_parallel import MICRO_BATCH, whole_number
from tickertone.models.protocol import Say
from tickertone.training.devices import environments, free_port
from tickertone.training.processes import Ended, run_workers
from tickertone.training.request import FitRequest, Measurements

_LAST_LINES = 12
# The caller's own group, if a cluster started it as part of one, is none of the workers'.
_NOT_INHERITED = {"RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT", MICRO_BATCH}


def fit_in_process(request: FitRequest, say: Say) -> Measurements:
    """Run `request` in a process of its own, or one a GPU, and return what it measured.

    Whatever interrupts the caller ends the processes too. Raises the TickertoneError that the fit
    raised, ModelError if the network or one row at a time is too much for the memory, or
    TrainingError with the end of the standard error if it died without a word.
    """
    request.scratch.mkdir(parents=True, exist_ok=True)
    asked = request.scratch / "request.json"
    asked.write_text(request.model_dump_json())
    batch = request.recipe.get("batch_size") if request.uses_torch else None
    if not isinstance(batch, int):
        ended = _run(request, asked, [{}], say)
    else:
        places = environments(batch)
        rows = _first_micro_batch(request.scratch, -(-batch // len(places)))
        while "out_of_memory" in (ended := _run(request, asked, _cut(places, rows), say)).word:
            lack = str(ended.word["out_of_memory"])
            rows = _fewer(request, rows, lack)
            say(f"out of memory: again from the last checkpoint, {rows} rows at a time ({lack})")
    return _measured(request, ended)


def _run(request: FitRequest, asked: Path, places: list[dict[str, str]], say: Say) -> Ended:
    environment = _environment(request.scratch)
    return run_workers(
        asked, [{**environment, **place} for place in places], _complaints(request), say
    )


def _cut(places: list[dict[str, str]], rows: int) -> list[dict[str, str]]:
    together = {MICRO_BATCH: str(rows)}
    if len(places) > 1:
        together["MASTER_PORT"] = free_port()
    return [{**place, **together} for place in places]


def _first_micro_batch(scratch: Path, share: int) -> int:
    """The rows of a process, unless that is more than was asked for, or than had room before."""
    known = _record(scratch)
    room = int(json.loads(known.read_text())) if known.is_file() else share
    return min(share, room, whole_number(MICRO_BATCH) or share)


def _fewer(request: FitRequest, rows: int, lack: str) -> int:
    """Half, written down for a resumption. Raises ModelError if there is no half."""
    if rows == 1:
        raise ModelError(
            f"training of {request.subject}",
            found=f"out of memory with one row at a time: {lack}",
            expected="room for the network, its gradients and one row",
            remedy="lower max_length, tune adapters (tuning: lora or qlora), take a smaller base, "
            "or free memory; then run it again",
        )
    half = -(-rows // 2)
    draft = _record(request.scratch).with_suffix(".part")
    draft.write_text(json.dumps(half))
    draft.rename(_record(request.scratch))
    return half


def _record(scratch: Path) -> Path:
    return scratch / "micro_batch.json"


def _complaints(request: FitRequest) -> Path:
    return request.scratch / "stderr.txt"


def _environment(scratch: Path) -> dict[str, str]:
    source = str(Path(tickertone.__file__).parents[1])
    paths = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **{name: value for name, value in os.environ.items() if name not in _NOT_INHERITED},
        "PYTHONPATH": os.pathsep.join(paths),
        "TOKENIZERS_PARALLELISM": "false",  # it forks badly and gains nothing on short texts
        "HF_DATASETS_CACHE": str(scratch / "datasets"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


def _measured(request: FitRequest, ended: Ended) -> Measurements:
    if "done" in ended.word and ended.status == 0:
        return Measurements.model_validate(ended.word["done"])
    if "error" in ended.word:
        raise _rebuilt(ended.word["error"])
    raise _died(request, ended.status)


def _rebuilt(parts: dict[str, Any]) -> errors.TickertoneError:
    kind: type[errors.TickertoneError] = getattr(errors, parts["kind"], TrainingError)
    return kind(
        parts["place"],
        found=parts["found"],
        expected=parts["expected"],
        remedy=parts["remedy"],
    )


def _died(request: FitRequest, status: int) -> TrainingError:
    with _complaints(request).open(encoding="utf-8", errors="replace") as file:
        lines = [line.rstrip() for line in deque(file, _LAST_LINES)]
    cause = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    remedy = "run it again: it resumes from its last complete checkpoint"
    if status == -signal.SIGKILL:
        cause += " (most likely by the kernel, because memory ran out)"
        fewer = f" or set {MICRO_BATCH} to a few rows" if request.uses_torch else ""
        remedy = f"free memory{fewer}, then {remedy}"
    return TrainingError(
        f"training of {request.subject}",
        found="\n    ".join([f"the process {cause} without a model", *lines]),
        remedy=remedy,
    )
