from pathlib import Path

import numpy as np
import pytest

from tests.models.tiny import LABELS, texts, tiny_recipe
from tickertone.catalog.models import BaseSpec
from tickertone.models.bases import checked_base
from tickertone.models.encoder import loading
from tickertone.models.encoder.scoring import EncoderScorer, load
from tickertone.models.pretrained import load_tokenizer

pytestmark = pytest.mark.usefixtures("one_thread")
SHAPES = [("full", "default"), ("full", "mean"), ("lora", "default"), ("lora", "mean")]


def saved(folder: Path, base: BaseSpec, tuning: str, pooling: str) -> tuple[Path, EncoderScorer]:
    """An untrained model with a random head (and random adapters), saved; and itself."""
    import torch

    recipe = tiny_recipe(base, tuning=tuning, pooling=pooling)
    with checked_base(base, folder) as files:
        torch.manual_seed(11)
        model = loading.untrained(files, recipe, LABELS)
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(parameter, std=0.5)
        tokenizer = load_tokenizer(files)
    loading.save(model, tokenizer, folder, recipe)
    return folder, EncoderScorer(model, tokenizer, recipe.max_length)


@pytest.mark.parametrize(("tuning", "pooling"), SHAPES)
def test_what_is_loaded_scores_as_what_was_saved(
    tmp_path: Path, base: BaseSpec, tuning: str, pooling: str
) -> None:
    folder, before = saved(tmp_path, base, tuning, pooling)
    recipe = tiny_recipe(base, tuning=tuning, pooling=pooling)
    after = load(folder, recipe, LABELS, project=tmp_path)
    np.testing.assert_array_equal(before.logits(texts()), after.logits(texts()))
    assert np.ptp(after.logits(texts()), axis=0).min() > 0


def test_a_row_does_not_depend_on_its_neighbours(tmp_path: Path, base: BaseSpec) -> None:
    _, scorer = saved(tmp_path, base, "full", "mean")
    long = "one quiet sentence follows another " * 9
    together = scorer.logits([*texts(), long, *texts()[::-1]])
    alone = np.concatenate([scorer.logits([text]) for text in texts()])
    np.testing.assert_allclose(together[: len(texts())], alone, atol=1e-5)
    np.testing.assert_allclose(together[len(texts()) + 1 :][::-1], alone, atol=1e-5)


def test_lora_stores_adapters_and_head_alone(tmp_path: Path, base: BaseSpec) -> None:
    from safetensors.torch import load_file

    folder, _ = saved(tmp_path, base, "lora", "default")
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["adapter_config.json", "adapter_model.safetensors"]
    tensors = load_file(folder / "adapter_model.safetensors")
    assert tensors
    assert all("lora_" in name or "classifier" in name for name in tensors)


def test_what_is_stored_names_no_folder_of_this_machine(tmp_path: Path, base: BaseSpec) -> None:
    folder, _ = saved(tmp_path, base, "lora", "default")
    stored = [file.read_text() for file in folder.glob("*.json")]
    assert stored
    assert not [text for text in stored if "tickertone-base-" in text]


def test_the_head_of_a_base_that_is_a_classifier_is_not_reused(
    tmp_path: Path, base: BaseSpec
) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification

    foreign = tmp_path / "foreign"
    classifier = AutoModelForSequenceClassification.from_pretrained(base.folder, num_labels=3)
    torch.nn.init.constant_(classifier.classifier.weight, 7.0)
    classifier.save_pretrained(foreign)
    torch.manual_seed(1)
    spec = BaseSpec(folder=str(foreign))
    model = loading.untrained(foreign, tiny_recipe(spec), LABELS)
    assert model.classifier.weight.abs().max() < 1
    assert model.config.id2label == dict(enumerate(LABELS))


def test_pairs_are_scored_as_pairs(tmp_path: Path, base: BaseSpec) -> None:
    _, scorer = saved(tmp_path, base, "full", "default")
    one, other = scorer.logits([("a mill", "a bakery"), ("a mill", "a quarry in the north")])
    assert not np.array_equal(one, other)
