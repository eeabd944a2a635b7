import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.tiny import LABELS, packaged, texts, tiny_recipe
from tickertone.catalog.bases import BaseSpec
from tickertone.errors import ModelError
from tickertone.models.bases import checked_base
from tickertone.models.encoder import loading
from tickertone.models.encoder.scoring import EncoderScorer, load
from tickertone.models.pretrained import load_tokenizer
from tickertone.models.protocol import Matrix, Text

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
    if tuning == "full":
        np.testing.assert_array_equal(before.logits(texts()), after.logits(texts()))
    else:  # loaded adapters are merged into their base
        np.testing.assert_allclose(before.logits(texts()), after.logits(texts()), atol=ROUNDING)
    assert np.ptp(after.logits(texts()), axis=0).min() > 0


LONG = "one quiet sentence follows another " * 9
POOL = [*texts(), "", "mill", LONG, LONG[:60]]
ROUNDING = 1e-5  # of float32, in which every model is scored, also one trained in bfloat16


@pytest.fixture(scope="module", params=["float32", "bfloat16"])
def alone(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, base: BaseSpec
) -> tuple[EncoderScorer, dict[Text, Matrix]]:
    """A scorer, and the logits of each text scored by itself."""
    folder = tmp_path_factory.mktemp("alone")
    saved(folder, base, "full", "mean")
    recipe = tiny_recipe(base, pooling="mean", precision=request.param)
    scorer = load(folder, recipe, LABELS, project=folder)
    return scorer, {text: scorer.logits([text])[0] for text in POOL}


@settings(max_examples=30)
@given(batch=st.lists(st.sampled_from(POOL), min_size=1, max_size=100))
def test_a_text_has_the_same_logits_but_for_rounding_in_any_company(
    alone: tuple[EncoderScorer, dict[Text, Matrix]], batch: list[Text]
) -> None:
    scorer, expected = alone
    together = scorer.logits(batch)
    assert together.dtype == np.float32
    np.testing.assert_allclose(together, [expected[text] for text in batch], rtol=0, atol=ROUNDING)


def test_lora_stores_adapters_and_head_alone(tmp_path: Path, base: BaseSpec) -> None:
    from safetensors.torch import load_file

    folder, _ = saved(tmp_path, base, "lora", "default")
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["adapter_model.safetensors"]  # peft's config has no order of its own
    tensors = load_file(folder / "adapter_model.safetensors")
    assert tensors
    assert all("lora_" in name or "classifier" in name for name in tensors)


def test_what_is_stored_names_no_folder_of_this_machine(tmp_path: Path, base: BaseSpec) -> None:
    folder, _ = saved(tmp_path, base, "full", "default")
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


def other_base(folder: Path, architecture: str) -> BaseSpec:
    """A local base whose classification head has other names than BERT's."""
    import torch
    from transformers import DebertaV2Config, DebertaV2Model, XLNetConfig, XLNetModel

    torch.manual_seed(3)
    size = {"vocab_size": 30522, "num_hidden_layers": 1, "num_attention_heads": 2}
    if architecture == "deberta":
        config = DebertaV2Config(
            hidden_size=16, intermediate_size=32, max_position_embeddings=64, **size
        )
        DebertaV2Model(config).save_pretrained(folder)
    else:
        XLNetModel(
            XLNetConfig(vocab_size=30522, d_model=16, n_layer=1, n_head=2, d_inner=32)
        ).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        shutil.copyfile(packaged(name), folder / name)
    return BaseSpec(folder=str(folder))


@pytest.mark.parametrize("architecture", ["deberta", "xlnet"])
@pytest.mark.parametrize("pooling", ["default", "mean"])
def test_adapters_on_any_architecture_score_as_in_memory_each_time_they_are_loaded(
    tmp_path: Path, architecture: str, pooling: str
) -> None:
    base = other_base(tmp_path / "base", architecture)
    (tmp_path / "model").mkdir()
    folder, before = saved(tmp_path / "model", base, "lora", pooling)
    recipe = tiny_recipe(base, tuning="lora", pooling=pooling)
    one, other = (load(folder, recipe, LABELS, project=tmp_path) for _ in range(2))
    np.testing.assert_array_equal(one.logits(texts()), other.logits(texts()))
    np.testing.assert_allclose(before.logits(texts()), one.logits(texts()), atol=ROUNDING)


def rewritten(base: BaseSpec, folder: Path, change: Callable[[dict[str, Any]], None]) -> BaseSpec:
    """A copy of a base with other tensors."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(str(base.folder), folder)
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return BaseSpec(folder=str(folder))


def without(part: str) -> Callable[[dict[str, Any]], None]:
    def drop(tensors: dict[str, Any]) -> None:
        for name in [name for name in tensors if part in name]:
            del tensors[name]

    return drop


def narrower(tensors: dict[str, Any]) -> None:
    name = next(name for name in tensors if "layer.1.output.dense.weight" in name)
    tensors[name] = tensors[name][:, :8].contiguous()


def test_a_pooler_that_the_base_lacks_is_stored_with_the_adapters(
    tmp_path: Path, base: BaseSpec
) -> None:
    bare = rewritten(base, tmp_path / "bare", without("pooler"))
    (tmp_path / "model").mkdir()
    folder, before = saved(tmp_path / "model", bare, "lora", "default")
    after = load(folder, tiny_recipe(bare, tuning="lora"), LABELS, project=tmp_path)
    np.testing.assert_allclose(before.logits(texts()), after.logits(texts()), atol=ROUNDING)


@pytest.mark.parametrize("pooling", ["default", "mean"])
@pytest.mark.parametrize("change", [without("layer.1."), narrower])
def test_a_base_that_lacks_weights_is_refused(
    tmp_path: Path, base: BaseSpec, pooling: str, change: Callable[[dict[str, Any]], None]
) -> None:
    damaged = rewritten(base, tmp_path / "damaged", change)
    recipe = tiny_recipe(damaged, pooling=pooling)
    with pytest.raises(ModelError, match=r"such as .*layer\.1\."):
        loading.untrained(tmp_path / "damaged", recipe, LABELS)


def test_adapters_without_their_head_are_refused(tmp_path: Path, base: BaseSpec) -> None:
    from safetensors.torch import load_file, save_file

    folder, _ = saved(tmp_path, base, "lora", "default")
    tensors = load_file(folder / loading.ADAPTERS)
    without("classifier")(tensors)
    save_file(tensors, folder / loading.ADAPTERS)
    with pytest.raises(ModelError, match=r"missing: .*classifier"):
        load(folder, tiny_recipe(base, tuning="lora"), LABELS, project=tmp_path)


@pytest.mark.parametrize("pooling", ["default", "mean"])
def test_texts_longer_than_the_bases_positions_are_refused(base: BaseSpec, pooling: str) -> None:
    fits = tiny_recipe(base, pooling=pooling, max_length=64)
    loading.untrained(Path(str(base.folder)), fits, LABELS)
    longer = tiny_recipe(base, pooling=pooling, max_length=65)
    with pytest.raises(ModelError, match="64 positions"):
        loading.untrained(Path(str(base.folder)), longer, LABELS)
