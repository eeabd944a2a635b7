from typing import Any

import pytest

from tests.models.tiny import packaged
from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.errors import ModelError
from tickertone.models.generative.encoding import CUT, DROPPED, SHORTENED, PromptEncoder
from tickertone.models.generative.prompts import Shot

WORDS = ("bad", "good")
TEMPLATE = PromptTemplate(instruction="{choices}?", example="Text: {text}", cue="Answer:")
SHOTS = [Shot(f"{word} example number {i}", word) for i, word in enumerate(WORDS * 3)]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(packaged("tokenizer.json").parent)


def encoder(tokenizer: Any, max_length: int, *, continued: bool = False) -> PromptEncoder:
    return PromptEncoder(tokenizer, TEMPLATE, WORDS, max_length, continued=continued)


def said(tokenizer: Any, encoding: Any) -> str:
    return tokenizer.decode(encoding["input_ids"], skip_special_tokens=True)


def test_a_prompt_that_fits_stays_whole(tokenizer: Any) -> None:
    prompts = encoder(tokenizer, 200)
    assert said(tokenizer, prompts.encode("fine", SHOTS)).count("answer :") == 7
    assert not +prompts.counts


def test_examples_are_dropped_from_the_front_until_it_fits_and_counted(tokenizer: Any) -> None:
    prompts = encoder(tokenizer, 40)
    encoding = prompts.encode("fine", SHOTS)
    assert len(encoding["input_ids"]) <= 40
    shown = said(tokenizer, encoding)
    kept = shown.count("answer :") - 1
    assert 0 < kept < 6
    assert "number 5" in shown
    assert "number 0" not in shown
    assert +prompts.counts == {DROPPED: 6 - kept, SHORTENED: 1}


@pytest.mark.parametrize("continued", [False, True])
def test_a_long_text_loses_its_end_and_never_the_cue(tokenizer: Any, continued: bool) -> None:
    prompts = encoder(tokenizer, 24, continued=continued)
    encoding = prompts.encode("one two three four five " * 20, SHOTS)
    assert 22 <= len(encoding["input_ids"]) <= 24
    shown = said(tokenizer, encoding)
    assert shown.startswith("bad or good? text : one two")
    assert shown.endswith("answer :")
    assert prompts.counts[CUT] == 1


def test_a_prompt_that_leaves_no_room_is_refused(tokenizer: Any) -> None:
    with pytest.raises(ModelError, match="tokens without any text"):
        encoder(tokenizer, 6).encode("one two three")


def test_nothing_closes_a_sequence_that_goes_on(tokenizer: Any) -> None:
    open_end = encoder(tokenizer, 64, continued=True).encode("fine")["input_ids"]
    closed = encoder(tokenizer, 64).encode("fine")["input_ids"]
    assert closed == [tokenizer.cls_token_id, *open_end, tokenizer.sep_token_id]
