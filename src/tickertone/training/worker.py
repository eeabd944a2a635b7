"""python -m tickertone.training.worker REQUEST.json PARENT_PID: fit one model, then exit.

Standard output carries JSON lines: {"say": text} any number of times, then {"done": measurements},
{"error": {...}} or, of a training step, {"out_of_memory": text}. Of several processes that train
one model, the first alone says how far it is and what was measured. SIGTERM, SIGINT or the death of
the parent end it at the next Python statement; the checkpoints of the family stay, and the same
request started again resumes from them.
"""

import importlib
import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from tickertone.errors import ModelError, TickertoneError
from tickertone.models.data_parallel import MICRO_BATCH, processes, rank, whole_number
from tickertone.models.out_of_memory import TooManyRows, in_a_line, ran_out_of_memory
from tickertone.models.protocol import FitJob, Fitted
from tickertone.store.disk import disk_errors_in_words
from tickertone.store.files import locked
from tickertone.training.request import FitRequest, Measurements

TERMINATED = 143  # 128 + SIGTERM, as shells report it
FAILED = 3  # an error with its four parts was sent
OUT_OF_MEMORY = 4  # and so it was said
_PARENT_POLL_SECONDS = 1.0
_GRACE_SECONDS = 20.0


def main(arguments: list[str]) -> int:
    """Run one request; the exit status."""
    path, parent = Path(arguments[0]), int(arguments[1])
    _end_when_told(parent)
    try:
        # A worker whose parent was killed may live on for a moment: it keeps its successor waiting.
        with locked(path.with_name(f"worker{rank() or ''}.lock")):
            request = FitRequest.model_validate_json(path.read_bytes())
            with (
                disk_errors_in_words(request.scratch, request.out),
                _memory_errors_in_words(request.subject),
            ):
                measurements = run(request)
    except TickertoneError as error:
        kind = type(error).__name__
        parts = {"found": error.found, "expected": error.expected, "remedy": error.remedy}
        _send({"error": {"kind": kind, "place": error.place, **parts}})
        return FAILED
    except TooManyRows as error:
        _send({"out_of_memory": str(error)})
        return OUT_OF_MEMORY
    if rank() == 0:
        _send({"done": measurements.model_dump(mode="json")})
    return 0


def run(request: FitRequest) -> Measurements:
    """Fit in this process."""
    began = time.monotonic()
    if request.uses_torch:
        _settle_threads(request.scratch, request.threads)
    embed = None
    if request.embeddings is not None:
        module = importlib.import_module(request.embeddings)
        features = request.recipe["features"]
        embed = module.remembering_embed(features, request.project, request.shards, _say)
    request.out.mkdir(parents=True, exist_ok=True)
    fitted: Fitted = importlib.import_module(request.fit).fit(
        FitJob(
            recipe=request.recipe,
            labels=request.labels,
            train=request.train,
            dev=request.dev,
            out=request.out,
            scratch=request.scratch,
            project=request.project,
            embed=embed,
            say=_say,
            checkpoint_seconds=request.checkpoint_seconds,
        )
    )
    return Measurements(
        **fitted.model_dump(),
        train_seconds=round(time.monotonic() - began + fitted.earlier_seconds, 3),
        peak_memory_mb=round(_peak_memory_mb(), 1),
        threads=_threads(),
        processes=processes(),
        micro_batch=whole_number(MICRO_BATCH),
    )


@contextmanager
def _memory_errors_in_words(subject: str) -> Iterator[None]:
    """Where no row is trained on, as while a network is loaded, fewer of them are no help."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not ran_out_of_memory(error):
            raise
        raise ModelError(
            f"training of {subject}",
            found=f"out of memory, and not in a training step: {in_a_line(error)}",
            expected="room to load the network, to keep what its optimizer keeps, and to score dev",
            remedy="free memory, tune adapters (tuning: lora or qlora) or take a smaller base; "
            "then run it again: it resumes from its last complete checkpoint",
        ) from error


def _settle_threads(scratch: Path, at_most: int | None) -> None:
    """Set the probed number, or the one that an earlier, killed run of this fit has used.

    Sums of floats depend on it, so a resumption must not change it.
    """
    import torch

    from tickertone.training.threads import choose_threads

    record = scratch / f"threads{rank() or ''}.json"
    if record.is_file():
        torch.set_num_threads(int(json.loads(record.read_text())))
    else:
        draft = record.with_suffix(".part")
        draft.write_text(json.dumps(choose_threads(at_most)))
        draft.rename(record)
    # Accelerate would set a number of its own where several processes share a CPU.
    os.environ["OMP_NUM_THREADS"] = str(torch.get_num_threads())


def _threads() -> int:
    """Those of torch, or 1 if nothing needed it."""
    torch = sys.modules.get("torch")
    return 1 if torch is None else int(torch.get_num_threads())


def _peak_memory_mb() -> float:
    """Largest resident set so far, and on a GPU the most that torch had allocated."""
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes on macOS, KiB elsewhere
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        peak += torch.cuda.max_memory_allocated() / 2**20
    return peak


def _end_when_told(parent: int) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(TERMINATED)

    def watch_parent() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_POLL_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_GRACE_SECONDS)
        os._exit(TERMINATED)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.Thread(target=watch_parent, daemon=True).start()


def _say(line: str) -> None:
    if rank() == 0:
        _send({"say": line})


def _send(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
