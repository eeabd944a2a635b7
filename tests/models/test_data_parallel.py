from pathlib import Path
from typing import Any

import pytest

from tests.models.tiny import job, tiny_recipe
from tickertone.catalog.bases import BaseSpec
from tickertone.errors import ConfigError
from tickertone.models.data_parallel import MICRO_BATCH, agreed, parts_of_batch
from tickertone.models.encoder.fitting import fit
from tickertone.models.encoder.trainer import EncoderTrainer

TOLERANCE = 5e-5  # nats; what rounding came to in 80 steps was 4e-6 at most


def shares(
    monkeypatch: pytest.MonkeyPatch, processes: int, micro_batch: int | None, sizes: list[float]
) -> list[list[tuple[list[int], float]]]:
    """For each process, the rows of its parts and their weights."""
    monkeypatch.setenv("WORLD_SIZE", str(processes))
    monkeypatch.setenv(MICRO_BATCH, str(micro_batch or ""))
    found = []
    for rank in range(processes):
        monkeypatch.setenv("RANK", str(rank))
        numbers = list(range(len(sizes)))
        found.append([(numbers[p.rows], p.weight) for p in parts_of_batch(sizes)])
    return found


def test_one_process_takes_a_whole_batch_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shares(monkeypatch, 1, None, [1.0] * 5) == [[([0, 1, 2, 3, 4], 1.0)]]


@pytest.mark.parametrize("processes", [1, 2, 3, 8])
@pytest.mark.parametrize("micro_batch", [None, 1, 2, 3])
@pytest.mark.parametrize("rows", [1, 2, 7, 8])
def test_all_shares_together_are_the_mean_over_the_batch(
    monkeypatch: pytest.MonkeyPatch, processes: int, micro_batch: int | None, rows: int
) -> None:
    sizes = [1.0 + row % 3 for row in range(rows)]
    losses = [float(row**2) for row in range(rows)]

    def mean(numbers: list[int]) -> float:
        return sum(sizes[i] * losses[i] for i in numbers) / sum(sizes[i] for i in numbers)

    found = shares(monkeypatch, processes, micro_batch, sizes)
    sums = [sum(weight * mean(numbers) for numbers, weight in parts) for parts in found]
    assert sum(sums) / processes == pytest.approx(mean(list(range(rows))))
    counted = [i for parts in found for numbers, weight in parts if weight for i in numbers]
    assert counted == list(range(rows))
    assert all(len(n) <= (micro_batch or rows) for parts in found for n, _ in parts)


def test_a_process_without_a_row_takes_part_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shares(monkeypatch, 2, None, [1.0]) == [[([0], 0.0)], [([0], 2.0)]]


@pytest.mark.parametrize("value", ["0", "-4", "few"])
def test_a_micro_batch_that_is_no_number_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv(MICRO_BATCH, value)
    with pytest.raises(ConfigError, match=MICRO_BATCH):
        parts_of_batch([1.0])


def test_one_process_agrees_with_itself() -> None:
    assert agreed(0.25, True) == [0.25, 1.0]


def losses_of(monkeypatch: pytest.MonkeyPatch, folder: Path, recipe: Any) -> list[float]:
    """The loss of each step of a training."""
    seen: list[float] = []
    real = EncoderTrainer.training_step

    def recorded(self: Any, *arguments: Any, **named: Any) -> Any:
        loss = real(self, *arguments, **named)
        seen.append(loss.item())
        return loss

    with monkeypatch.context() as patch:
        patch.setattr(EncoderTrainer, "training_step", recorded)
        fit(job(folder, recipe))
    return seen


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("changes", [{}, {"label_smoothing": 0.1}, {"pooling": "mean"}])
def test_micro_batches_leave_the_loss_of_every_step_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, still_base: BaseSpec, changes: Any
) -> None:
    # 30 rows: the last batch of an epoch has 2, so that a mean of means would be another loss.
    recipe = tiny_recipe(still_base, batch_size=7, learning_rate=1e-2, epochs=16, **changes)
    whole = losses_of(monkeypatch, tmp_path / "whole", recipe)
    monkeypatch.setenv(MICRO_BATCH, "3")
    cut = losses_of(monkeypatch, tmp_path / "cut", recipe)
    assert len(whole) == 80
    assert min(whole) < 0.7 < max(whole)  # it learnt
    assert cut == pytest.approx(whole, rel=0, abs=TOLERANCE)
