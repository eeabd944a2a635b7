import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.models.tiny import snapshot, tiny_base, tiny_recipe
from tests.training.requests import request
from tickertone.errors import DataError, TrainingError
from tickertone.models.data_parallel import MICRO_BATCH
from tickertone.training import launch
from tickertone.training.launch import fit_in_process
from tickertone.training.processes import Ended
from tickertone.training.request import FitRequest
from tickertone.training.threads import VARIABLE

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "1")
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))  # so that a worker finds tests.*


def workers() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if "tickertone.training.worker" in " ".join(child.cmdline())
    ]


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def test_a_fit_in_a_process_of_its_own_leaves_files_and_measurements(tmp_path: Path) -> None:
    said: list[str] = []
    asked = request(tmp_path)
    measured = fit_in_process(asked, said.append)
    assert {file.name for file in asked.out.iterdir()} == {"model.safetensors", "vocabulary.json"}
    assert said == ["fitting logistic regression on 30 rows"]
    assert measured.train_seconds > 0
    assert measured.peak_memory_mb > 10
    assert measured.dev_accuracy is not None


def test_a_group_of_processes_that_the_caller_is_part_of_is_not_the_fit_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"RANK": "1", "WORLD_SIZE": "2", MICRO_BATCH: "8"}.items():
        monkeypatch.setenv(name, value)
    measured = fit_in_process(request(tmp_path), lambda line: None)
    assert (measured.processes, measured.micro_batch) == (1, None)


def test_an_error_in_the_process_arrives_with_its_parts(tmp_path: Path) -> None:
    train = snapshot(tmp_path / "one.parquet", [("The mill sold more", "positive")])
    with pytest.raises(DataError) as raised:
        fit_in_process(request(tmp_path, train=(train,)), lambda line: None)
    assert raised.value.place == "sentences"
    assert "none of them labelled negative, neutral" in raised.value.found
    assert raised.value.expected
    assert raised.value.remedy


def test_a_crash_shows_the_end_of_standard_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError) as raised:
        fit_in_process(request(tmp_path, train=(tmp_path / "gone.parquet",)), lambda line: None)
    assert raised.value.place == "training of sentences_model"
    assert "ended with status 1" in raised.value.found
    assert "gone.parquet" in raised.value.found


def test_a_process_that_was_killed_says_by_what(tmp_path: Path) -> None:
    asked = request(tmp_path, fit="tests.training.slow_fits")
    killer = threading.Thread(target=_kill_when_started, args=(asked.scratch,), daemon=True)
    killer.start()
    with pytest.raises(TrainingError, match=r"killed by signal 9.*memory") as raised:
        fit_in_process(asked, lambda line: None)
    killer.join()
    assert "free memory, then run it again" in raised.value.remedy
    assert not raised.value.retryable


def test_a_network_that_was_killed_for_memory_is_told_to_take_fewer_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    def killed(_asked: Path, _environments: object, complaints: Path, _say: object) -> Ended:
        complaints.touch()
        started.append(1)
        return Ended({}, -signal.SIGKILL)

    monkeypatch.setattr(launch, "run_workers", killed)
    asked = request(tmp_path, uses_torch=True)
    asked = asked.model_copy(update={"recipe": {**asked.recipe, "batch_size": 8}})
    with pytest.raises(TrainingError) as raised:
        fit_in_process(asked, lambda line: None)
    assert "TICKERTONE_MICRO_BATCH to a few rows" in raised.value.remedy
    assert started == [1]


def _kill_when_started(scratch: Path) -> None:
    while not (scratch / "started").exists():
        time.sleep(0.02)
    os.kill(int((scratch / "started").read_text()), signal.SIGKILL)


def test_whatever_interrupts_the_caller_ends_the_process(tmp_path: Path) -> None:
    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_in_process(request(tmp_path, fit="tests.training.slow_fits"), interrupt)
    assert workers() == []


def test_the_process_ends_when_its_parent_dies(tmp_path: Path) -> None:
    asked = request(tmp_path, fit="tests.training.slow_fits")
    (tmp_path / "asked.json").write_text(asked.model_dump_json())
    program = (
        "from pathlib import Path\n"
        "from tickertone.training.launch import fit_in_process\n"
        "from tickertone.training.request import FitRequest\n"
        f"asked = Path({str(tmp_path / 'asked.json')!r}).read_bytes()\n"
        "fit_in_process(FitRequest.model_validate_json(asked), print)\n"
    )
    path = os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "src")])
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
    )
    started = asked.scratch / "started"
    while not started.exists():
        assert parent.poll() is None
        time.sleep(0.02)
    worker = psutil.Process(int(started.read_text()))
    parent.kill()
    parent.wait()
    worker.wait(timeout=60)
    assert not worker.is_running()


@pytest.mark.slow
def test_a_killed_training_resumes_to_the_same_weights(tmp_path: Path) -> None:
    recipe = tiny_recipe(tiny_base(tmp_path / "base"), epochs=12)
    whole = request(tmp_path / "whole", recipe)
    fit_in_process(whole, lambda line: None)

    broken = request(tmp_path / "broken", recipe, checkpoint_seconds=0.0)
    killer = threading.Thread(target=_kill_in_the_middle, args=(broken,), daemon=True)
    killer.start()
    with pytest.raises(TrainingError, match="killed by signal 9"):
        fit_in_process(broken, lambda line: None)
    killer.join()
    said: list[str] = []
    measured = fit_in_process(broken, said.append)
    assert said[0].startswith("resuming at step ")
    assert weights(broken.out) == weights(whole.out)
    assert measured.epochs == 12
    assert measured.train_seconds > measured.earlier_seconds > 0


def _kill_in_the_middle(asked: FitRequest) -> None:
    """Kill the worker as soon as a complete checkpoint of step 5 or later is there."""
    while not _complete_steps(asked.scratch) & set(range(5, 40)):
        time.sleep(0.005)
    for worker in workers():
        worker.kill()


def _complete_steps(scratch: Path) -> set[int]:
    markers = (scratch / "checkpoints").glob("checkpoint-*/complete.json")
    return {int(marker.parent.name.removeprefix("checkpoint-")) for marker in markers}
