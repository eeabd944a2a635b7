import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.models.generative.tiny_prompted import prompted
from tests.models.tiny import LABELS, contents, job, texts
from tests.models.tiny_language import tiny_decoder, tiny_t5
from tickertone.catalog.bases import BaseSpec
from tickertone.errors import ModelError
from tickertone.models.families import family_of
from tickertone.models.generative import trainer as trainer_module
from tickertone.models.protocol import Fitted

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]
LEARNT = {"batch_size": 6, "epochs": 4, "learning_rate": 2e-2, "trained_on": ("sentences",)}
WAYS = ("full", "lora", "lora_8bit", "qlora")
KINDS = [(family, way) for family in ("seq2seq", "causal") for way in WAYS]


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BaseSpec]:
    import torch

    torch.set_num_threads(1)
    return {
        "seq2seq": tiny_t5(tmp_path_factory.mktemp("t5")),
        "causal": tiny_decoder(tmp_path_factory.mktemp("qwen"), "qwen3"),
    }


def tuned(family: str, base: BaseSpec, tuning: str, **changes: Any) -> Any:
    lora = {"rank": 4, "alpha": 8, "dropout": 0.1}
    return prompted(family, base, **{"tuning": tuning, "lora": lora, **LEARNT, **changes})


def fitted(folder: Path, recipe: Any, **changes: Any) -> tuple[Path, Fitted]:
    fitting = job(folder, recipe, **changes)
    return fitting.out, importlib.import_module(family_of(recipe).fit).fit(fitting)


def scores(folder: Path, recipe: Any, project: Path) -> Any:
    scoring = importlib.import_module(family_of(recipe).score)
    return scoring.load(folder, recipe, LABELS, project=project, embed=None).logits(texts())


@pytest.mark.parametrize(("family", "tuning"), KINDS)
def test_it_learns_and_what_is_loaded_scores_as_dev_was_scored(
    tmp_path: Path, bases: Any, family: str, tuning: str
) -> None:
    recipe = tuned(family, bases[family], tuning)
    before = scores_loss(tmp_path / "zero", prompted(family, bases[family]))
    out, told = fitted(tmp_path, recipe)
    written = {file.name for file in out.iterdir()}
    if tuning == "full":
        assert written >= {"model.safetensors", "config.json", "tokenizer.json"}
    else:
        assert written == {"adapter_model.safetensors"}
    assert told.dev_log_loss is not None
    assert told.dev_log_loss < before
    assert told.trainable_parameters > 0
    assert (told.trainable_parameters == told.parameters) == (tuning == "full")
    after = scores(out, recipe, tmp_path)
    assert log_loss(after[::3]) == pytest.approx(told.dev_log_loss, rel=1e-4)


def log_loss(logits: Any) -> float:
    from tests.models.tiny import examples
    from tickertone.models.dev_scores import log_loss_and_accuracy

    targets = np.array([LABELS.index(label) for _, label in examples()[::3]])
    return log_loss_and_accuracy(logits, targets)[0]


def scores_loss(folder: Path, recipe: Any) -> float:
    out, _ = fitted(folder, recipe)
    return log_loss(scores(out, recipe, folder)[::3])


class Killed(Exception):
    pass


@pytest.mark.parametrize(("family", "tuning"), KINDS)
def test_a_training_that_was_cut_short_ends_as_one_that_was_not(
    tmp_path: Path, bases: Any, monkeypatch: pytest.MonkeyPatch, family: str, tuning: str
) -> None:
    recipe = tuned(family, bases[family], tuning, epochs=2)
    whole, _ = fitted(tmp_path / "whole", recipe)
    real, steps = trainer_module.LabelTrainer.compute_loss, []

    def dies(self: Any, *args: Any, **kwargs: Any) -> Any:
        steps.append(1)
        if len(steps) == 8:
            raise Killed
        return real(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(trainer_module.LabelTrainer, "compute_loss", dies)
        with pytest.raises(Killed):
            fitted(tmp_path / "cut", recipe, checkpoint_seconds=0.0)
    said: list[str] = []
    resumed, _ = fitted(tmp_path / "cut", recipe, say=said.append)
    assert any(line.startswith("resuming at step 7") for line in said)
    assert contents(resumed) == contents(whole)


@pytest.mark.parametrize(("family", "tuning"), KINDS)
def test_a_training_that_was_finished_is_not_trained_again(
    tmp_path: Path, bases: Any, family: str, tuning: str
) -> None:
    """As where it was killed after its last checkpoint and before it had written what is kept."""
    recipe = tuned(family, bases[family], tuning, epochs=1)
    out, _ = fitted(tmp_path, recipe)
    before = contents(out)
    said: list[str] = []
    again, _ = fitted(tmp_path, recipe, say=said.append)
    assert contents(again) == before
    assert not any("training" in line or "resuming" in line for line in said)


def test_the_plain_language_model_loss_is_another_objective(tmp_path: Path, bases: Any) -> None:
    words = {"negative": "falling share price", "neutral": "flat", "positive": "rising"}
    made = []
    for loss in ("labels", "language_model"):
        recipe = tuned("seq2seq", bases["seq2seq"], "lora", epochs=1, loss=loss, words=words)
        out, _ = fitted(tmp_path / loss, recipe)
        made.append((out / "adapter_model.safetensors").read_bytes())
    assert made[0] != made[1]


def test_a_prompt_with_a_rationale_is_refused_before_anything_is_loaded(
    tmp_path: Path, bases: Any
) -> None:
    template = {
        "instruction": "",
        "example": "{text}",
        "cue": "So:",
        "rationale": {"cue": "Because:"},
    }
    recipe = tuned("seq2seq", bases["seq2seq"], "lora", prompt=template)
    with pytest.raises(ModelError, match="rationale"):
        fitted(tmp_path, recipe)


@pytest.mark.parametrize("family", ["seq2seq", "causal"])
def test_a_model_that_was_tuned_whole_is_a_base_for_others(
    tmp_path: Path, bases: Any, family: str
) -> None:
    whole = tuned(family, bases[family], "full", epochs=1)
    out, _ = fitted(tmp_path / "whole", whole)
    base = BaseSpec(folder=str(out))
    asked = prompted(family, base)
    nothing, _ = fitted(tmp_path / "asked", asked)
    above, below = scores(nothing, asked, tmp_path), scores(out, whole, tmp_path)
    np.testing.assert_allclose(above, below, rtol=1e-5)
    again, told = fitted(tmp_path / "again", tuned(family, base, "full", epochs=1, seed=1))
    assert told.trainable_parameters == told.parameters
    assert (again / "model.safetensors").read_bytes() != (out / "model.safetensors").read_bytes()


def test_no_path_of_this_machine_is_in_a_checkpoint(tmp_path: Path, bases: Any) -> None:
    out, _ = fitted(tmp_path, tuned("causal", bases["causal"], "full", epochs=1))
    for file in out.glob("*.json"):
        assert str(tmp_path.parent) not in file.read_text(encoding="utf-8")
        assert "tickertone-base" not in file.read_text(encoding="utf-8")


def test_training_rows_are_taken_in_proportion_up_to_a_limit(tmp_path: Path, bases: Any) -> None:
    said: list[str] = []
    recipe = tuned("seq2seq", bases["seq2seq"], "lora", epochs=1, rows=12)
    fitted(tmp_path, recipe, say=said.append)
    assert "training on 12 rows" in said
