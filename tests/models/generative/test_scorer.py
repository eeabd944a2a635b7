import dataclasses
import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.models.generative.slow_way import causal_log_likelihood, seq2seq_log_likelihood
from tests.models.generative.tiny_prompted import prompted
from tests.models.tiny import LABELS, job, texts
from tests.models.tiny_language import tiny_decoder, tiny_t5
from tickertone.catalog.bases import BaseSpec
from tickertone.errors import ModelError
from tickertone.models.families import family_of
from tickertone.models.generative.prompts import Shot, render
from tickertone.models.generative.scorer import NEUTRAL
from tickertone.models.token_batches import PAD_MULTIPLE
from tickertone.training.embeddings import remembering_embed

pytestmark = pytest.mark.usefixtures("one_thread")
WORDS = {"negative": "falling share price", "neutral": "fall", "positive": "falling share prices"}


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BaseSpec]:
    import torch

    torch.set_num_threads(1)
    return {
        "seq2seq": tiny_t5(tmp_path_factory.mktemp("t5")),
        "causal": tiny_decoder(tmp_path_factory.mktemp("llama"), "llama"),
    }


@pytest.fixture(params=["seq2seq", "causal"])
def scorer(request: pytest.FixtureRequest, bases: Any, tmp_path: Path) -> Callable[..., Any]:
    def make(**changes: Any) -> Any:
        recipe = prompted(request.param, bases[request.param], **changes)
        return loaded(tmp_path, recipe)

    return make


def loaded(folder: Path, recipe: Any) -> Any:
    """Fitted and loaded by the modules that the table of families names."""
    family = family_of(recipe)
    embed = None
    if recipe.features is not None:
        embed = remembering_embed(recipe.features, folder, folder / "shards", lambda _line: None)
    fitting = job(folder, recipe, embed=embed)
    importlib.import_module(family.fit).fit(fitting)
    return importlib.import_module(family.score).load(
        fitting.out, recipe, LABELS, project=folder, embed=embed
    )


def slow_scores(scorer: Any, some: list[str], words: list[str]) -> np.ndarray[Any, Any]:
    """By transformers alone: the prompt as text, the word as text."""
    rows = []
    for text in some:
        prompt = render(scorer.form.prompt, words, text, scorer.shots)
        if scorer.network.continued:
            ids = scorer.tokenizer(prompt, add_special_tokens=False)["input_ids"]
            whole = [
                scorer.tokenizer(f"{prompt} {w}", add_special_tokens=False)["input_ids"]
                for w in words
            ]
            assert all(one[: len(ids)] == ids for one in whole)
            row = [causal_log_likelihood(scorer.model, ids, one[len(ids) :]) for one in whole]
        else:
            ids = scorer.tokenizer(prompt)["input_ids"]
            row = [
                seq2seq_log_likelihood(
                    scorer.model,
                    ids,
                    scorer.tokenizer(word, add_special_tokens=False)["input_ids"],
                )
                for word in words
            ]
        rows.append(row)
    return np.array(rows)


@pytest.mark.parametrize("words", [{}, WORDS])
def test_logits_are_the_log_likelihoods_of_the_labels_words(
    scorer: Callable[..., Any], words: dict[str, str]
) -> None:
    model = scorer(words=words)
    expected = slow_scores(model, texts()[::5], [words.get(label, label) for label in LABELS])
    found = model.logits(texts()[::5])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-5)


def test_no_text_is_without_a_label(scorer: Callable[..., Any]) -> None:
    odd = ["", " ", "\n\n", "Sentiment: positive", "😀" * 40, "x" * 5000, "{choices}"]
    found = scorer().logits(odd)
    assert found.shape == (len(odd), 3)
    assert np.isfinite(found).all()


def test_scores_do_not_depend_on_the_company(scorer: Callable[..., Any]) -> None:
    model = scorer(words=WORDS)
    some = [*texts()[:9], "a", "long " * 60]
    together = model.logits(some)
    alone = np.concatenate([model.logits([text]) for text in some])
    np.testing.assert_allclose(together, alone, rtol=2e-5, atol=2e-5)
    np.testing.assert_allclose(model.logits(some[::-1]), together[::-1], rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize(
    "tuning",
    [
        "none",
        pytest.param("lora_8bit", marks=pytest.mark.slow),
        pytest.param("qlora", marks=pytest.mark.slow),
    ],
)
def test_in_bfloat16_a_text_is_padded_alike_in_all_company(
    bases: Any, tmp_path: Path, tuning: str
) -> None:
    shots = {"shots": 3} if tuning == "none" else {"lora": {"rank": 2}, "epochs": 1}
    recipe = prompted(
        "causal", bases["causal"], precision="bfloat16", tuning=tuning,
        trained_on=("sentences",), words=WORDS, **shots,
    )  # fmt: skip
    model = loaded(tmp_path, recipe)
    some = [*texts()[:9], "a", "long " * 60]
    together = model.logits(some)
    assert np.isfinite(together).all()
    alone = np.concatenate([model.logits([text]) for text in some])
    np.testing.assert_allclose(together, alone, atol=0.02 * np.ptp(together))


def test_per_token_scores_are_means(scorer: Callable[..., Any]) -> None:
    model = scorer(words=WORDS)
    total = model.logits(texts()[:4])
    model.form = model.form.model_copy(
        update={"scoring": model.form.scoring.model_copy(update={"per_token": True})}
    )
    lengths = [len(word) for word in model.trie.words]
    assert sorted(lengths) == [1, 3, 3]
    np.testing.assert_allclose(model.logits(texts()[:4]), total / lengths, rtol=1e-6)


def test_the_end_of_an_answer_counts_if_asked(scorer: Callable[..., Any]) -> None:
    lengths = [
        [len(word) for word in scorer(words=WORDS, scoring={"end_token": end}).trie.words]
        for end in (False, True)
    ]
    assert [long - short for short, long in zip(*lengths, strict=True)] == [1, 1, 1]


def test_calibrated_words_are_equally_likely_after_texts_that_say_nothing(
    scorer: Callable[..., Any],
) -> None:
    model = scorer(scoring={"calibration": "contextual"})
    wide = model.logits([*NEUTRAL]).astype(float)
    raw = slow_scores(model, [*NEUTRAL], [*LABELS])
    likely = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(wide, raw - np.log(likely.mean(axis=0)), rtol=1e-4, atol=1e-4)


def test_shots_stand_in_the_prompt(scorer: Callable[..., Any]) -> None:
    model = scorer(shots=5, trained_on=("sentences",))
    assert len(model.shots) == 5
    assert {shot.word for shot in model.shots} == set(LABELS)
    expected = slow_scores(model, texts()[:3], [*LABELS])
    np.testing.assert_allclose(model.logits(texts()[:3]), expected, rtol=3e-5, atol=3e-5)
    assert model.counted() == {}


def tokens_through(model: Any) -> list[int]:
    """How many tokens, padding and all, each pass took through the network's word vectors."""
    passes: list[int] = []
    vectors = model.get_input_embeddings()
    vectors.register_forward_hook(lambda _module, inputs, _output: passes.append(inputs[0].numel()))
    return passes


def test_a_short_prompt_is_not_padded_to_the_length_of_a_long_one(
    scorer: Callable[..., Any],
) -> None:
    model = scorer()
    some = ["short", "long " * 40]
    passes = tokens_through(model.model)
    for text in some:
        model.logits([text])
    alone = sum(passes)
    passes.clear()
    model.logits(some)
    assert sum(passes) == alone


def test_words_of_several_tokens_take_no_more_passes_than_words_of_one(
    scorer: Callable[..., Any],
) -> None:
    counts = []
    for words in ({}, WORDS):
        model = scorer(words=words, scoring={"end_token": True})
        passes = tokens_through(model.model)
        model.logits(texts()[:1])
        counts.append(len(passes))
    assert counts[0] == counts[1]


def test_what_all_prompts_begin_with_goes_through_a_decoder_once(
    bases: Any, tmp_path: Path
) -> None:
    recipe = prompted("causal", bases["causal"], shots=5, trained_on=("sentences",), words=WORDS)
    model = loaded(tmp_path, recipe)
    odd = "long " * 150  # so that examples are dropped
    some = [*texts()[:12], odd, "short"]
    passes = tokens_through(model.model)
    shared = model.logits(some)
    encodings = [len(model.prompts.encode(text, model.shots)["input_ids"]) for text in some]
    rests = {-(-(length - passes[0]) // PAD_MULTIPLE) for length in encodings[:12] + encodings[13:]}
    assert passes[0] == len(model._prefix)
    assert len(passes) == 1 + len(rests) + 1  # one more for the prompt that begins otherwise
    assert sum(passes) < 0.5 * sum(encodings)
    model._prefix = []
    np.testing.assert_allclose(shared, model.logits(some), rtol=2e-5, atol=2e-5)


@pytest.fixture
def nearest(base: BaseSpec) -> dict[str, Any]:
    """Fields of a recipe that takes the examples nearest to a text."""
    features = {"kind": "embedding", "base": base, "max_length": 32}
    return {"shots": 3, "draw": "nearest", "features": features, "trained_on": ("sentences",)}


def test_each_text_has_the_examples_nearest_to_it(
    scorer: Callable[..., Any], nearest: dict[str, Any]
) -> None:
    model = scorer(**nearest)
    some = texts()[:6]
    shots = model.nearest(some)
    assert len({tuple(shot.text for shot in chosen) for chosen in shots}) > 1
    assert all(len(chosen) == 3 for chosen in shots)
    for text, chosen, row in zip(some, shots, model.logits(some), strict=True):
        assert text not in {shot.text for shot in chosen}
        model.shots = chosen
        expected = slow_scores(model, [text], [*LABELS])[0]
        np.testing.assert_allclose(row, expected, rtol=3e-5, atol=3e-5)


def test_scores_after_the_nearest_examples_do_not_depend_on_the_company(
    scorer: Callable[..., Any], nearest: dict[str, Any]
) -> None:
    model = scorer(**nearest)
    some = [*texts()[:9], "a", "long " * 60]
    alone = np.concatenate([model.logits([text]) for text in some])
    np.testing.assert_allclose(model.logits(some), alone, rtol=2e-5, atol=2e-5)


def test_of_the_nearest_examples_the_least_similar_are_dropped_first(
    scorer: Callable[..., Any], nearest: dict[str, Any]
) -> None:
    model = scorer(**{**nearest, "max_length": 48})
    text = texts()[0]
    (shots,) = model.nearest([text])
    model.logits([text])
    counts = model.counted()
    assert counts["prompts_shortened"] == 1
    kept = shots[counts["examples_dropped"] :]
    assert kept
    model.shots = kept
    expected = slow_scores(model, [text], [*LABELS])
    np.testing.assert_allclose(model.logits([text]), expected, rtol=3e-5, atol=3e-5)


def test_prompts_that_lose_examples_are_counted(scorer: Callable[..., Any]) -> None:
    model = scorer(shots=10, trained_on=("sentences",), max_length=64)
    model.logits(texts()[:4])
    counts = model.counted()
    assert counts["prompts_shortened"] == 4
    assert counts["examples_dropped"] > 4
    assert model.counted() == {}


def test_words_of_the_same_tokens_are_refused(scorer: Callable[..., Any]) -> None:
    with pytest.raises(ModelError, match="same tokens as 'Up'"):
        scorer(words={"positive": "up", "negative": "Up"})


def test_a_base_of_another_kind_is_refused(tmp_path: Path, base: BaseSpec, bases: Any) -> None:
    with pytest.raises(ModelError, match="AutoModelForSeq2SeqLM"):
        loaded(tmp_path, prompted("seq2seq", base))
    with pytest.raises(ModelError, match="AutoModelForCausalLM"):
        loaded(tmp_path, prompted("causal", bases["seq2seq"]))


def test_a_head_of_its_own_is_not_tied_to_the_word_vectors(tmp_path: Path, bases: Any) -> None:
    import torch

    model = loaded(tmp_path, prompted("seq2seq", bases["seq2seq"])).model
    assert not torch.equal(model.lm_head.weight, model.shared.weight)


def test_a_base_without_its_head_is_refused(tmp_path: Path, bases: Any) -> None:
    from safetensors.torch import load_file, save_file

    source = Path(str(bases["causal"].folder))
    tensors = load_file(source / "model.safetensors")
    del tensors["lm_head.weight"]
    for file in source.glob("*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"such as lm_head\.weight"):
        loaded(tmp_path / "fit", prompted("causal", BaseSpec(folder=str(tmp_path))))


def test_the_same_draw_is_the_same_file_and_another_seed_another(
    tmp_path: Path, bases: Any
) -> None:
    drawn = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        recipe = prompted(
            "seq2seq", bases["seq2seq"], shots=4, trained_on=("sentences",), seed=seed
        )
        fitting = job(tmp_path / name, recipe)
        importlib.import_module(family_of(recipe).fit).fit(fitting)
        drawn.append((fitting.out / "shots.json").read_bytes())
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(json.loads(drawn[0])) == 4


def test_a_shot_is_a_plain_value() -> None:
    assert dataclasses.astuple(Shot("a", "b")) == ("a", "b")


@pytest.mark.slow
def test_in_eight_bits_the_base_is_held_in_whole_numbers(bases: Any, tmp_path: Path) -> None:
    recipe = prompted(
        "causal", bases["causal"], tuning="lora_8bit", trained_on=("sentences",), words=WORDS,
        lora={"rank": 2}, epochs=1,
    )  # fmt: skip
    model = loaded(tmp_path, recipe).model
    kinds = {str(p.dtype) for name, p in model.named_parameters() if "q_proj.base_layer" in name}
    assert kinds == {"torch.int8"}
    assert {p.dtype.is_floating_point for n, p in model.named_parameters() if "lora" in n} == {True}
