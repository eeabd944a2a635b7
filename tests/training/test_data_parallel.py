import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from tests.models.generative.tiny_prompted import prompted
from tests.models.tiny import examples, snapshot, tiny_base, tiny_recipe
from tests.models.tiny_language import tiny_t5
from tests.training.requests import request
from tickertone.errors import TrainingError
from tickertone.models.data_parallel import MICRO_BATCH
from tickertone.training.devices import VARIABLE as PROCESSES
from tickertone.training.launch import fit_in_process
from tickertone.training.request import FitRequest, Measurements
from tickertone.training.threads import VARIABLE as THREADS

pytestmark = pytest.mark.slow
CHECKOUT = Path(__file__).parents[2]
TOLERANCE = {"rtol": 1e-5, "atol": 5e-5}  # nats, of the loss of a step
WORDS = {"negative": "falling share price", "neutral": "flat", "positive": "rising"}


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS, "1")
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))  # so that a worker finds tests.*


def encoder(folder: Path) -> Any:
    base = tiny_base(folder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    return tiny_recipe(base, batch_size=7, learning_rate=1e-2, epochs=8)


def t5(folder: Path, loss: str) -> Any:
    # Slowly: a random T5 that learns fast makes a difference of rounding ten times larger a step.
    fields = {"batch_size": 7, "epochs": 2, "learning_rate": 5e-4, "trained_on": ("sentences",)}
    base = tiny_t5(folder, dropout_rate=0.0)
    return prompted("seq2seq", base, tuning="full", loss=loss, words=WORDS, **fields)


def fitted(
    monkeypatch: pytest.MonkeyPatch, folder: Path, recipe: Any, **environment: int
) -> tuple[Measurements, np.ndarray, FitRequest]:
    """What was measured, and the loss of each step: the mean over processes."""
    # 29 rows in batches of 7: the last batch is one row, and of two processes one has none of it.
    rows = [row for i, row in enumerate(examples()) if i % 3][:29]
    train = snapshot(folder / "uneven.parquet", rows)
    asked = request(folder, recipe, fit="tests.training.watched_fits", train=(train,))
    with monkeypatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, str(value))
        measured = fit_in_process(asked, lambda line: None)
    files = sorted(asked.scratch.glob("losses*.txt"))
    assert len(files) == measured.processes
    return measured, np.mean([np.loadtxt(file) for file in files], axis=0), asked


@pytest.mark.parametrize("kind", ["encoder", "labels", "language_model"])
def test_two_processes_have_the_loss_curve_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    folder = tmp_path / "base"
    recipe = encoder(folder) if kind == "encoder" else t5(folder, kind)
    alone, curve, _ = fitted(monkeypatch, tmp_path / "one", recipe)
    together, same, asked = fitted(
        monkeypatch, tmp_path / "two", recipe, **{PROCESSES: 2, MICRO_BATCH: 2}
    )
    assert (alone.processes, alone.micro_batch) == (1, 7)
    assert (together.processes, together.micro_batch) == (2, 2)
    epochs = np.average(curve.reshape(recipe.epochs, 5), axis=1, weights=[7, 7, 7, 7, 1])
    assert epochs[-1] < epochs[0] - 0.1  # it learnt
    np.testing.assert_allclose(same, curve, **TOLERANCE)
    np.testing.assert_allclose(together.dev_log_loss, alone.dev_log_loss, **TOLERANCE)
    assert together.best_epoch == alone.best_epoch
    assert not list(asked.scratch.glob("checkpoints/*/rng_state*"))  # of each process, otherwise


def workers() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if "tickertone.training.worker" in " ".join(child.cmdline())
    ]


def test_a_killed_process_takes_the_other_along_and_both_resume_to_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROCESSES, "2")
    recipe = tiny_recipe(tiny_base(tmp_path / "base"), epochs=2)  # with dropout
    whole = request(tmp_path / "whole", recipe)
    fit_in_process(whole, lambda line: None)

    broken = request(tmp_path / "broken", recipe, checkpoint_seconds=0.0)
    killer = threading.Thread(target=_kill_the_second, args=(broken,), daemon=True)
    killer.start()
    with pytest.raises(TrainingError, match="killed by signal 9"):
        fit_in_process(broken, lambda line: None)
    killer.join()
    assert workers() == []
    said: list[str] = []
    measured = fit_in_process(broken, said.append)
    assert said[0].startswith("resuming at step ")
    assert measured.processes == 2
    made = [(asked.out / "model.safetensors").read_bytes() for asked in (whole, broken)]
    assert made[0] == made[1]


def _kill_the_second(asked: FitRequest) -> None:
    """As soon as a complete checkpoint of step 2 is there."""
    while not (asked.scratch / "checkpoints" / "checkpoint-2" / "complete.json").exists():
        time.sleep(0.005)
    (second,) = (w for w in workers() if w.environ()["RANK"] == "1")
    os.kill(second.pid, signal.SIGKILL)
