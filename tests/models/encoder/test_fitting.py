from pathlib import Path
from typing import Any

import pytest

from tests.models.tiny import LABELS, contents, job, texts, tiny_recipe
from tickertone.catalog.bases import BaseSpec
from tickertone.models.encoder import callbacks, loading
from tickertone.models.encoder.fitting import fit
from tickertone.models.encoder.scoring import load
from tickertone.models.encoder.trainer import EncoderTrainer

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]
SHAPES = [("full", "default"), ("full", "mean"), ("lora", "default")]


class Death(Exception):
    """Stands for the death of the process."""


def die_after(monkeypatch: pytest.MonkeyPatch, saves: int) -> None:
    """Let the training die right after so many complete checkpoints."""
    original = callbacks.mark_complete
    seen = []

    def mark(*arguments: Any) -> None:
        original(*arguments)
        seen.append(arguments)
        if len(seen) == saves:
            raise Death

    monkeypatch.setattr(callbacks, "mark_complete", mark)


@pytest.mark.parametrize(("tuning", "pooling"), SHAPES)
def test_a_resumed_training_ends_with_the_files_of_an_uninterrupted_one(
    tmp_path: Path,
    base: BaseSpec,
    monkeypatch: pytest.MonkeyPatch,
    tuning: str,
    pooling: str,
) -> None:
    recipe = tiny_recipe(base, tuning=tuning, pooling=pooling)
    whole = job(tmp_path / "whole", recipe)
    measured = fit(whole)

    broken = job(tmp_path / "broken", recipe, checkpoint_seconds=0.0)
    for saves in (2, 3, 2):  # inside an epoch, at the end of one, inside another
        with monkeypatch.context() as patched:
            die_after(patched, saves)
            with pytest.raises(Death):
                fit(broken)
    resumed = fit(broken)
    assert contents(broken.out) == contents(whole.out)
    assert contents(whole.out)
    assert resumed.dev_log_loss == measured.dev_log_loss
    assert resumed.epochs == measured.epochs == 3
    assert resumed.earlier_seconds > 0


@pytest.mark.parametrize(("tuning", "pooling"), SHAPES)
def test_a_training_that_was_finished_is_not_trained_again(
    tmp_path: Path, base: BaseSpec, tuning: str, pooling: str
) -> None:
    """As where it was killed after its last checkpoint and before it had written what is kept."""
    said: list[str] = []
    recipe = tiny_recipe(base, tuning=tuning, pooling=pooling, epochs=1)
    fitting = job(tmp_path, recipe, say=said.append)
    fit(fitting)
    before = contents(fitting.out)
    said.clear()
    fit(fitting)
    assert contents(fitting.out) == before
    assert said == []


def test_the_epoch_with_the_lowest_dev_log_loss_is_kept(tmp_path: Path, base: BaseSpec) -> None:
    said: list[str] = []
    recipe = tiny_recipe(base, learning_rate=0.05, epochs=4)  # too fast: it does not only fall
    fitted = fit(job(tmp_path / "best", recipe, say=said.append))
    losses = [float(s.split("log loss ")[1].split(",")[0]) for s in said if "log loss" in s]
    assert len(losses) == 4
    assert fitted.best_epoch == losses.index(min(losses)) + 1
    assert fitted.dev_log_loss == pytest.approx(min(losses), abs=1e-4)

    last = fit(job(tmp_path / "last", recipe.model_copy(update={"keep": "last"})))
    assert last.dev_log_loss == pytest.approx(losses[-1], abs=1e-4)


def test_it_stops_when_patience_is_over(tmp_path: Path, base: BaseSpec) -> None:
    recipe = tiny_recipe(base, learning_rate=0.05, epochs=12, patience=1)
    fitted = fit(job(tmp_path, recipe))
    assert fitted.epochs is not None
    assert fitted.best_epoch is not None
    assert fitted.epochs < 12
    assert fitted.epochs == fitted.best_epoch + 1


def test_it_learns_and_says_what_it_cost(tmp_path: Path, base: BaseSpec) -> None:
    fitting = job(tmp_path, tiny_recipe(base, epochs=20, learning_rate=1e-2))
    fitted = fit(fitting)
    assert fitted.dev_accuracy is not None
    assert fitted.dev_accuracy > 0.8
    assert fitted.samples_per_second > 0
    assert fitted.tokens_per_second is not None
    assert fitted.tokens_per_second > fitted.samples_per_second
    assert fitted.parameters == fitted.trainable_parameters
    scorer = load(fitting.out, fitting.recipe, LABELS, project=tmp_path)
    assert scorer.logits(texts()).shape == (45, 3)


def test_without_dev_the_last_epoch_is_kept(tmp_path: Path, base: BaseSpec) -> None:
    fitted = fit(job(tmp_path, tiny_recipe(base, epochs=2, patience=1), dev=()))
    assert (fitted.epochs, fitted.best_epoch, fitted.dev_log_loss) == (2, None, None)


def test_the_seed_decides(tmp_path: Path, base: BaseSpec) -> None:
    made = []
    for i, seed in enumerate((5, 5, 6)):
        fitting = job(tmp_path / str(i), tiny_recipe(base, epochs=1, seed=seed))
        fit(fitting)
        made.append(contents(fitting.out))
    assert made[0] == made[1] != made[2]


def on_a_cpu(monkeypatch: pytest.MonkeyPatch, *, bfloat16: bool) -> None:
    """Whatever this machine has: no GPU, and a CPU with or without instructions for bfloat16."""
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": bfloat16})


@pytest.mark.parametrize(("capable", "expected"), [(True, 0), (False, 1)])
def test_a_cpu_without_bfloat16_is_named_and_the_numbers_stay_those_of_the_recipe(
    tmp_path: Path,
    base: BaseSpec,
    monkeypatch: pytest.MonkeyPatch,
    capable: bool,
    expected: int,
) -> None:
    on_a_cpu(monkeypatch, bfloat16=capable)
    said: list[str] = []
    recipe = tiny_recipe(base, epochs=1, precision="bfloat16")
    fit(job(tmp_path, recipe, say=said.append))
    assert len([line for line in said if "bfloat16" in line]) == expected


@pytest.mark.parametrize(("capable", "same_as"), [(True, "bfloat16"), (False, "float32")])
def test_left_to_the_device_training_is_in_what_that_has_instructions_for(
    tmp_path: Path,
    base: BaseSpec,
    monkeypatch: pytest.MonkeyPatch,
    capable: bool,
    same_as: str,
) -> None:
    on_a_cpu(monkeypatch, bfloat16=capable)
    made = {}
    for precision in ("auto", "float32", "bfloat16"):
        fitting = job(tmp_path / precision, tiny_recipe(base, epochs=1, precision=precision))
        assert fit(fitting).precision == (same_as if precision == "auto" else precision)
        made[precision] = contents(fitting.out)
    assert made["auto"] == made[same_as]
    assert made["float32"] != made["bfloat16"]


def test_autocast_changes_training_and_not_scoring(tmp_path: Path, base: BaseSpec) -> None:
    import torch
    from safetensors.torch import load_file

    stored = {}
    for precision in ("float32", "bfloat16"):
        fitting = job(tmp_path / precision, tiny_recipe(base, epochs=1, precision=precision))
        fit(fitting)
        stored[precision] = load_file(fitting.out / "model.safetensors")
    assert all(tensor.dtype == torch.float32 for tensor in stored["bfloat16"].values())
    assert any(not torch.equal(stored["float32"][n], t) for n, t in stored["bfloat16"].items())


def test_a_second_gpu_that_a_process_sees_changes_no_batch(
    tmp_path: Path, base: BaseSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets
    from transformers import TrainingArguments

    from tickertone.models.pretrained import load_tokenizer
    from tickertone.models.token_batches import tokenise

    folder = Path(str(base.folder))
    recipe, tokenizer = tiny_recipe(base), load_tokenizer(folder)
    encodings = [
        {**encoding, "labels": 0, "length": len(encoding["input_ids"])}
        for encoding in tokenise(tokenizer, texts(), recipe.max_length)
    ]
    rows = datasets.Dataset.from_list(encodings)
    model = loading.untrained(folder, recipe, LABELS)
    prepared = TrainingArguments.__post_init__

    def sees_two(arguments: Any) -> None:
        prepared(arguments)
        arguments._n_gpu = 2

    monkeypatch.setattr(TrainingArguments, "__post_init__", sees_two)
    trainer = EncoderTrainer(recipe, model, tokenizer, rows, None, tmp_path, [])
    assert trainer._get_train_sampler().batch_size == recipe.batch_size
    assert len(next(iter(trainer.get_train_dataloader()))["labels"]) == recipe.batch_size
    assert trainer._wrap_model(model) is model  # no DataParallel around it
