import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.models.generative.slow_way import causal_log_likelihood, seq2seq_log_likelihood
from tests.models.generative.tiny_prompted import prompted
from tests.models.tiny import LABELS, job, texts
from tests.models.tiny_language import tiny_decoder, tiny_t5
from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.models.families import family_of
from tickertone.models.generative.prompts import rationale_prompt, render
from tickertone.models.generative.reasoning import ReasoningScorer, trimmed

pytestmark = pytest.mark.usefixtures("one_thread")
TOKENS = 12
TEMPLATE = PromptTemplate(
    instruction="Is the sentiment {choices}? Think first.",
    example="Text: {text}",
    cue="Sentiment:",
    rationale={"cue": "Step by step:", "max_tokens": TOKENS},
)
SHOTS = {"shots": 2, "trained_on": ("sentences",)}
Make = Callable[..., Any]


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    import torch

    torch.set_num_threads(1)
    return {
        "seq2seq": tiny_t5(tmp_path_factory.mktemp("t5")),
        "causal": tiny_decoder(tmp_path_factory.mktemp("llama"), "llama"),
    }


@pytest.fixture(params=["seq2seq", "causal"])
def reasoner(request: pytest.FixtureRequest, bases: Any, tmp_path: Path) -> Make:
    def make(**changes: Any) -> Any:
        recipe = prompted(
            request.param, bases[request.param], **{"prompt": TEMPLATE, **SHOTS, **changes}
        )
        family, fitting = family_of(recipe), job(tmp_path, recipe)
        importlib.import_module(family.fit).fit(fitting)
        model = importlib.import_module(family.score).load(
            fitting.out, recipe, LABELS, project=tmp_path, embed=None
        )
        assert isinstance(model, ReasoningScorer)
        return model

    return make


def ids(model: Any, prompt: str) -> list[int]:
    special = not model.network.continued
    return list(model.tokenizer(prompt, add_special_tokens=special)["input_ids"])


def generated(model: Any, text: Any, shots: Any) -> list[int]:
    """By transformers alone: one prompt, no padding, greedy."""
    import torch

    asked = ids(model, rationale_prompt(model.form.prompt, LABELS, text, shots))
    tokens = model.model.generate(
        input_ids=torch.tensor([asked]),
        attention_mask=torch.ones(1, len(asked), dtype=torch.long),
        do_sample=False,
        max_new_tokens=TOKENS,
        pad_token_id=0,
        eos_token_id=102,
    )[0].tolist()
    return tokens[len(asked) if model.network.continued else 1 :]


def slow_scores(model: Any, text: Any, shots: Any, rationale: str) -> list[float]:
    """By transformers alone: the prompt with the rationale as text, each word as text."""
    prompt = render(model.form.prompt, LABELS, text, shots, rationale)
    assert f"Step by step: {rationale}" in prompt
    asked = ids(model, prompt)
    if not model.network.continued:
        plain = [model.tokenizer(w, add_special_tokens=False)["input_ids"] for w in LABELS]
        return [seq2seq_log_likelihood(model.model, asked, word) for word in plain]
    whole = [ids(model, f"{prompt} {word}") for word in LABELS]
    return [causal_log_likelihood(model.model, asked, one[len(asked) :]) for one in whole]


def test_a_rationale_is_the_greedy_continuation_of_its_prompt(reasoner: Make) -> None:
    model, some = reasoner(), texts()[::6]
    expected = [
        trimmed(
            model.tokenizer.decode(generated(model, text, model.shots), skip_special_tokens=True),
            TEMPLATE,
        )
        for text in some
    ]
    assert model.rationales(some) == expected
    assert len(set(expected)) > 1


def test_what_the_checkpoint_says_of_sampling_changes_nothing(reasoner: Make) -> None:
    model, some = reasoner(), texts()[:4]
    before = model.rationales(some)
    ours = model.model.generation_config
    ours.update(do_sample=True, temperature=9.0, repetition_penalty=3.0, no_repeat_ngram_size=1)
    assert model.rationales(some) == before
    assert model.model.generation_config is ours


def test_what_ends_a_rationale_is_the_checkpoints_own_token(reasoner: Make) -> None:
    model, text = reasoner(), texts()[0]
    tokens = generated(model, text, model.shots)
    end = next(token for token in tokens[1:] if token != tokens[0])
    model.model.generation_config.eos_token_id = [102, end]
    cut = model.tokenizer.decode(tokens[: tokens.index(end)], skip_special_tokens=True)
    assert model.rationales([text]) == [trimmed(cut, TEMPLATE)]


def test_scores_are_the_log_likelihoods_of_the_words_after_the_rationale(reasoner: Make) -> None:
    model, some = reasoner(), texts()[::9]
    rationales = model.rationales(some)
    expected = [
        slow_scores(model, text, model.shots, rationale)
        for text, rationale in zip(some, rationales, strict=True)
    ]
    np.testing.assert_allclose(model.logits(some), expected, rtol=3e-5, atol=3e-5)


def test_another_rationale_is_another_score(reasoner: Make) -> None:
    model, text = reasoner(), texts()[:1]
    one, other = (model.logits_after(text, [said]) for said in ("profit rises", "it moves away"))
    assert np.abs(one - other).max() > 0.01


def test_neither_rationales_nor_scores_depend_on_the_company(reasoner: Make) -> None:
    model = reasoner()
    some = [*texts()[:20], "a", "long " * 40]
    together = model.rationales(some)
    assert together == [model.rationales([text])[0] for text in some]
    assert together[::-1] == model.rationales(some[::-1])
    alone = np.concatenate([model.logits([text]) for text in some])
    np.testing.assert_allclose(model.logits(some), alone, rtol=2e-5, atol=2e-5)


def test_both_prompts_lose_the_same_examples_and_it_is_counted_once(reasoner: Make) -> None:
    model = reasoner(shots=6, max_length=118)
    text = texts()[0]
    (rationale,) = model.rationales([text])
    assert model.counted() == {}
    scores = model.logits_after([text], [rationale])
    counts = model.counted()
    assert (counts["prompts_shortened"], counts.get("rationales_cut")) == (1, None)
    kept = model.shots[counts["examples_dropped"] :]
    assert kept
    said = model.tokenizer.decode(generated(model, text, kept), skip_special_tokens=True)
    assert trimmed(said, TEMPLATE) == rationale
    expected = [slow_scores(model, text, kept, rationale)]
    np.testing.assert_allclose(scores, expected, rtol=3e-5, atol=3e-5)


def test_no_prompt_is_longer_than_it_may_be(reasoner: Make) -> None:
    model = reasoner(max_length=64)
    model.logits_after(["long " * 90], ["a rationale of many more words " * 20])
    counts = model.counted()
    assert (counts["texts_cut"], counts["rationales_cut"]) == (1, 1)
    for encoding in (
        model.prompts.before_rationale("long " * 90, ()),
        model.prompts.after_rationale("long " * 90, (), "a rationale of many words " * 20),
    ):
        assert len(encoding["input_ids"]) <= 64
    end = model.tokenizer.decode(encoding["input_ids"], skip_special_tokens=True)
    assert end.endswith("sentiment :")


def test_the_nearest_examples_are_looked_up_once_for_rationale_and_label(reasoner: Make) -> None:
    model, some = reasoner(), texts()[:3]
    expected = model.logits(some)
    looked: list[str] = []

    def nearest(asked: Any) -> Any:
        looked.extend(asked)
        return [model.shots] * len(asked)

    model.nearest = nearest
    rationales = model.rationales(some[:2])
    assert looked == some[:2]
    rationales += model.rationales(some[2:])
    np.testing.assert_array_equal(model.logits_after(some, rationales), expected)
    assert looked == some
    model.logits_after(some[:1], rationales[:1])  # written in an earlier run
    assert looked == [*some, some[0]]


def test_no_text_takes_no_pass(reasoner: Make) -> None:
    model = reasoner()
    assert model.rationales([]) == []
    assert model.logits([]).shape == (0, 3)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" It rose. \n", "It rose."),
        ("It rose.\nSentiment: positive", "It rose."),
        ("Two\n\nparagraphs.\n\nText: Another one\nSentiment:", "Two\n\nparagraphs."),
        ("Sentiment: positive", ""),
    ],
)
def test_what_a_model_makes_up_after_its_rationale_is_left_out(written: str, kept: str) -> None:
    assert trimmed(written, TEMPLATE) == kept


def test_a_blank_line_ends_a_rationale_only_where_a_new_text_begins() -> None:
    bare = TEMPLATE.model_copy(update={"example": "{text}"})
    assert trimmed("One.\n\nTwo.", bare) == "One.\n\nTwo."
