import json
from pathlib import Path

import pytest

from tests.models.tiny import tiny_base, tiny_recipe
from tests.stages.model_work import training_inputs, work
from tests.training.requests import TFIDF
from tickertone.stages.finetune import run
from tickertone.training.threads import VARIABLE

MEASURED = {
    "parameters",
    "trainable_parameters",
    "train_seconds",
    "peak_memory_mb",
    "samples_per_second",
    "tokens_per_second",
    "epochs",
    "threads",
    "processes",
    "micro_batch",
    "device",
    "dev_log_loss",
    "dev_accuracy",
}


def test_it_makes_a_model_and_its_measurements(tmp_path: Path) -> None:
    product = run(work(tmp_path, TFIDF, training_inputs(tmp_path)))
    model = product.outputs["model"].files
    assert [file.name for file in model] == ["model.safetensors", "vocabulary.json"]
    (written,) = product.outputs["measurements"].files
    assert json.loads(written.read_text()) == product.facts
    assert set(product.facts) >= MEASURED
    assert all(file.is_relative_to(tmp_path / "out") for file in (*model, written))


def test_the_same_fit_has_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        product = run(work(tmp_path / name, TFIDF, training_inputs(tmp_path / name)))
        made.append([file.read_bytes() for file in product.outputs["model"].files])
    assert made[0] == made[1]


@pytest.mark.slow
def test_an_encoder_is_trained_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "1")
    recipe = tiny_recipe(tiny_base(tmp_path / "base"), epochs=1)
    product = run(work(tmp_path, recipe, training_inputs(tmp_path)))
    names = [file.name for file in product.outputs["model"].files]
    assert "model.safetensors" in names
    assert "config.json" in names
    assert product.facts["threads"] == 1
    assert product.facts["epochs"] == 1
    assert (product.facts["processes"], product.facts["micro_batch"]) == (1, recipe.batch_size)
