from pathlib import Path
from typing import Any

import pytest

from tests.models.generative.test_fitting import fitted, scores, tuned
from tests.models.tiny import packaged, packaged_tokenizer, tiny_shape
from tickertone.catalog.bases import BaseSpec
from tickertone.errors import ModelError
from tickertone.store.files import sha256_file

pytestmark = pytest.mark.usefixtures("one_thread")
ARCHITECTURES = {"t5": "seq2seq", "llama": "causal"}


def recipe(architecture: str, **changes: Any) -> Any:
    shape = changes.pop("shape", {})
    base = BaseSpec.model_validate({"made": tiny_shape(architecture, **shape)})
    return tuned(ARCHITECTURES[architecture], base, "full", epochs=1, **changes)


def with_weights() -> dict[str, Any]:
    tokenizer = packaged_tokenizer()
    weights = {"model.safetensors": sha256_file(packaged("model.safetensors"))}
    return {**tokenizer, "sha256": {**tokenizer["sha256"], **weights}}


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_shape_is_drawn_by_the_seed_and_becomes_a_checkpoint(
    tmp_path: Path, architecture: str
) -> None:
    written = []
    for place, seed in (("one", 0), ("same", 0), ("other", 1)):
        out, _ = fitted(tmp_path / place, recipe(architecture, seed=seed))
        written.append((out / "model.safetensors").read_bytes())
    assert written[0] == written[1]
    assert written[0] != written[2]
    assert scores(tmp_path / "one" / "model", recipe(architecture), tmp_path).shape == (45, 3)


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_word_embeddings_may_be_those_of_the_tokenizers_model(architecture: str) -> None:
    import numpy as np
    import torch
    from safetensors.torch import load_file

    from tickertone.catalog.bases import ShapeSpec
    from tickertone.models.generative.drawn import drawn

    shape = ShapeSpec.model_validate(
        tiny_shape(architecture, width=384, embeddings=True, tokenizer=with_weights())
    )
    torch.manual_seed(0)
    own = drawn(shape, packaged("vocab.txt").parent).get_input_embeddings().weight
    given = load_file(packaged("model.safetensors"))["embeddings.word_embeddings.weight"]
    there = given != 0  # the padding is nothing
    ratio = (own.detach()[there] / given[there]).numpy()
    np.testing.assert_allclose(ratio, np.median(ratio), rtol=1e-3)


@pytest.fixture
def small_t5() -> Any:
    import torch

    from tickertone.catalog.bases import ShapeSpec
    from tickertone.models.generative.drawn import drawn

    torch.manual_seed(0)
    shape = ShapeSpec.model_validate(tiny_shape("t5", width=64))
    return drawn(shape, packaged("vocab.txt").parent)


def logits(model: Any) -> Any:
    """Of the first token of an answer to each of two prompts, (2, vocabulary)."""
    import torch

    with torch.no_grad():
        ids = torch.tensor([[2003, 1996, 15792], [3893, 2030, 4997]])
        return model(input_ids=ids, decoder_input_ids=torch.zeros(2, 1, dtype=int)).logits[:, 0]


def test_a_drawn_t5_has_words_that_steps_of_a_thousandth_can_change(small_t5: Any) -> None:
    assert small_t5.get_input_embeddings().weight.std().item() == pytest.approx(1 / 8, rel=0.02)


def test_a_drawn_t5_has_keys_no_larger_than_its_queries(small_t5: Any) -> None:
    """T5 does not divide the scores of attention: its queries are drawn smaller instead."""
    for block in (*small_t5.encoder.block, *small_t5.decoder.block):
        for layer in block.layer[:-1]:
            attention = getattr(layer, "SelfAttention", None) or layer.EncDecAttention
            keys, queries = attention.k.weight.std().item(), attention.q.weight.std().item()
            assert keys == pytest.approx(queries, rel=0.1)


def test_a_drawn_t5_finds_no_word_much_likelier_than_all_others_and_not_all_alike(
    small_t5: Any,
) -> None:
    assert 0.5 < logits(small_t5.eval()).std(dim=1).min().item() < 2


def test_a_drawn_t5_drops_nothing_in_training(small_t5: Any) -> None:
    whole = logits(small_t5.eval())
    assert (logits(small_t5.train()) == whole).all()


def test_a_drawn_t5_answers_as_before_when_it_was_stored(small_t5: Any, tmp_path: Path) -> None:
    from transformers import AutoModelForSeq2SeqLM

    small_t5.eval().save_pretrained(tmp_path)
    stored = AutoModelForSeq2SeqLM.from_pretrained(tmp_path).eval()
    assert (logits(stored) == logits(small_t5)).all()


@pytest.mark.slow
def test_embeddings_of_another_width_are_refused(tmp_path: Path) -> None:
    shape = {"embeddings": True, "tokenizer": with_weights()}
    with pytest.raises(ModelError, match="width 384"):
        fitted(tmp_path, recipe("t5", shape=shape))


def test_prompts_longer_than_a_shapes_positions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="64 positions"):
        fitted(tmp_path, recipe("llama", shape={"positions": 64}, max_length=65))
