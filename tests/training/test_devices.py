from pathlib import Path

import pytest

from tickertone.errors import ConfigError
from tickertone.training import devices
from tickertone.training.devices import VARIABLE, environments, visible_gpus

GPUS = "CUDA_VISIBLE_DEVICES"


@pytest.fixture(autouse=True)
def torch_for_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "version", lambda _name: "2.13.0+cu130")


def gpus_of(monkeypatch: pytest.MonkeyPatch, names: str) -> None:
    monkeypatch.setenv(GPUS, names)


def test_without_a_gpu_one_process_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus_of(monkeypatch, "")
    assert environments(32) == [{}]


def test_a_torch_for_processors_takes_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus_of(monkeypatch, "0,1")
    monkeypatch.setattr(devices, "version", lambda _name: "2.13.0+cpu")
    assert environments(32) == [{}]


def test_one_gpu_is_left_as_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus_of(monkeypatch, "3")
    assert environments(32) == [{}]


def test_each_process_sees_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus_of(monkeypatch, "GPU-aa,GPU-bb")
    first, second = environments(32)
    assert (first[GPUS], first["RANK"], first["WORLD_SIZE"]) == ("GPU-aa", "0", "2")
    assert (second[GPUS], second["RANK"], second["WORLD_SIZE"]) == ("GPU-bb", "1", "2")
    assert first["LOCAL_RANK"] == second["LOCAL_RANK"] == "0"  # the only one that it sees


def test_a_process_that_trains_alone_sees_one_of_two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus_of(monkeypatch, "0,1")
    monkeypatch.setenv(VARIABLE, "1")
    assert environments(32) == [{GPUS: "0"}]


def test_no_process_is_without_a_row_of_a_whole_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus_of(monkeypatch, "0,1,2,3")
    assert len(environments(2)) == 2


def test_processes_may_be_asked_for_where_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus_of(monkeypatch, "")
    monkeypatch.setenv(VARIABLE, "2")
    assert [each["RANK"] for each in environments(32)] == ["0", "1"]


@pytest.mark.parametrize("value", ["3", "0", "two"])
def test_an_impossible_number_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    gpus_of(monkeypatch, "0,1")
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(ConfigError, match=VARIABLE):
        environments(32)


@pytest.mark.parametrize(("status", "expected"), [(0, ["GPU-aa", "GPU-bb"]), (9, [])])
def test_the_driver_is_asked_where_no_variable_names_gpus(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int, expected: list[str]
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\necho GPU-aa\necho GPU-bb\nexit {status}\n")
    program.chmod(0o755)
    monkeypatch.delenv(GPUS, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert visible_gpus() == expected


def test_without_a_driver_there_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(GPUS, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert visible_gpus() == []
