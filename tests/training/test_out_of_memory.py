from pathlib import Path

import numpy as np
import pytest

from tests.models.tiny import tiny_base, tiny_recipe
from tests.training.no_memory import LACKS
from tests.training.requests import request
from tickertone.errors import ModelError
from tickertone.models.data_parallel import MICRO_BATCH
from tickertone.models.out_of_memory import TooManyRows, ran_out_of_memory, step_of_rows
from tickertone.training.launch import fit_in_process
from tickertone.training.threads import VARIABLE

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "1")
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))  # so that a worker finds tests.*


def torch_error(kind: str) -> BaseException:
    import torch

    if kind == "gpu":
        return torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
    with pytest.raises(RuntimeError) as raised:
        torch.empty(2**60, dtype=torch.uint8)
    return raised.value


@pytest.mark.parametrize("kind", ["gpu", "cpu"])
def test_what_torch_raises_when_memory_runs_out_is_known(kind: str) -> None:
    assert ran_out_of_memory(torch_error(kind))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_other_errors_are_not_taken_for_it(error: BaseException, expected: bool) -> None:
    assert ran_out_of_memory(error) == expected


def test_in_a_training_step_it_means_too_many_rows() -> None:
    with pytest.raises(TooManyRows, match="no room"), step_of_rows():
        raise MemoryError("no room\nand many more words")
    with pytest.raises(RuntimeError, match="shapes"), step_of_rows():
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")


@pytest.mark.slow
def test_a_network_that_has_no_room_is_an_error_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LACKS, "network")
    recipe = tiny_recipe(tiny_base(tmp_path / "base"), batch_size=7)
    asked = request(tmp_path, recipe, fit="tests.training.no_memory")
    with pytest.raises(ModelError, match="not in a training step: no room for the network") as told:
        fit_in_process(asked, lambda line: None)
    assert (asked.scratch / "tried.txt").read_text().split() == ["7"]
    assert "smaller base" in told.value.remedy


@pytest.mark.slow
def test_out_of_memory_fresh_processes_go_on_with_half_the_rows_at_a_time(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    base = tiny_base(tmp_path / "base", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    recipe = tiny_recipe(base, batch_size=7)
    whole = request(tmp_path / "whole", recipe)
    fit_in_process(whole, lambda line: None)

    said: list[str] = []
    short = request(tmp_path / "short", recipe, fit="tests.training.short_of_memory")
    measured = fit_in_process(short, said.append)
    assert (measured.micro_batch, measured.processes) == (2, 1)
    assert measured.epochs == 3
    pids = (short.scratch / "pids.txt").read_text().split()
    assert len(set(pids)) == 3
    tried = [line for line in said if line.startswith("out of memory")]
    assert ["4 rows at a time" in tried[0], "2 rows at a time" in tried[1]] == [True, True]
    assert "can't allocate memory" in tried[0]
    assert said.count("resuming at step 5") == 2
    stored, expected = (load_file(r.out / "model.safetensors") for r in (short, whole))
    for name, tensor in expected.items():
        np.testing.assert_allclose(stored[name], tensor, rtol=0, atol=1e-5)

    said.clear()
    assert fit_in_process(short, said.append).micro_batch == 2  # what had room is remembered
    assert said == []


@pytest.mark.slow
def test_one_row_that_is_too_much_is_an_error_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MICRO_BATCH, "3")
    recipe = tiny_recipe(tiny_base(tmp_path / "base"), batch_size=7)
    asked = request(tmp_path, recipe, fit="tests.training.no_memory")
    with pytest.raises(ModelError) as raised:
        fit_in_process(asked, lambda line: None)
    assert (asked.scratch / "tried.txt").read_text().split() == ["3", "2", "1"]
    assert raised.value.place == "training of sentences_model"
    assert "one row" in raised.value.found
    assert raised.value.expected
    assert "max_length" in raised.value.remedy
