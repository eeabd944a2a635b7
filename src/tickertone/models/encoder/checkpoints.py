"""Checkpoints that count only when they are complete.

A checkpoint is a folder checkpoint-STEP with a marker, complete.json, written last and after all
else is on the disk. Transformers' own search takes the highest number, which a crash may have left
half written. Optimizer and random states in it are files that we wrote ourselves and that
transformers reads back with torch's weights-only loader.
"""

import json
import os
import shutil
from pathlib import Path

from tickertone.frozen import Frozen

_MARKER = "complete.json"
_PREFIX = "checkpoint-"


class Progress(Frozen):
    """What a marker says. `seconds` is the time of the whole fit, `busy_seconds` of its steps."""

    step: int
    finished: bool  # nothing is left to train
    epochs: int  # those that are complete
    best_step: int | None  # the checkpoint with the lowest dev log loss, if dev was measured
    best_epoch: int | None
    seconds: float
    busy_seconds: float
    samples: int
    tokens: int


def mark_complete(folder: Path, progress: Progress) -> None:
    """Force the checkpoint to the disk, then say so in its marker."""
    for file in sorted(folder.iterdir()):
        _sync(file)
    _sync(folder)
    draft = folder / f".{_MARKER}"
    draft.write_text(progress.model_dump_json())
    _sync(draft)
    draft.rename(folder / _MARKER)
    _sync(folder)
    _sync(folder.parent)


def checkpoint_folder(root: Path, step: int) -> Path:
    """The folder of one step's checkpoint."""
    return root / f"{_PREFIX}{step}"


def newest_complete(root: Path, *, tidy: bool = True) -> tuple[Path, Progress] | None:
    """The newest checkpoint with a marker; the folders without one are removed if `tidy`."""
    complete = []
    for folder in root.glob(f"{_PREFIX}*"):
        progress = _read(folder / _MARKER)
        if progress is not None:
            complete.append((progress.step, folder, progress))
        elif tidy:
            shutil.rmtree(folder)
    if not complete:
        return None
    _, folder, progress = max(complete, key=lambda found: found[0])
    return folder, progress


def _read(marker: Path) -> Progress | None:
    try:
        return Progress(**json.loads(marker.read_text()))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
