from pathlib import Path

import pytest
import yaml

from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.catalog.prompts import PromptFile
from tickertone.errors import ModelError
from tickertone.models.generative.prompts import Shot, rationale_prompt, render

FOLDER = Path(__file__).parents[3] / "data" / "prompts"
WORDS = ("negative", "neutral", "positive")
TEMPLATE = PromptTemplate(
    instruction="Is it {choices}?", example="Text: {text}", cue="Answer:", separator="\n\n"
)
PAIRS = TEMPLATE.model_copy(update={"example": "A: {text}\nB: {text_b}"})


def test_a_prompt_ends_in_the_cue():
    assert render(TEMPLATE, WORDS, "Up 3 %.") == (
        "Is it negative, neutral or positive?\n\nText: Up 3 %.\nAnswer:"
    )


def test_examples_look_like_the_question_and_carry_their_answer():
    prompt = render(TEMPLATE, WORDS, "c", [Shot("a", "negative"), Shot("b", "positive")])
    assert prompt.split("\n\n")[1:] == [
        "Text: a\nAnswer: negative",
        "Text: b\nAnswer: positive",
        "Text: c\nAnswer:",
    ]


def test_braces_in_a_text_are_text():
    assert "Text: {choices} {0}" in render(TEMPLATE, WORDS, "{choices} {0}")


def test_pairs_need_a_template_for_pairs():
    assert "A: one\nB: two\nAnswer:" in render(PAIRS, WORDS, ("one", "two"))
    with pytest.raises(ModelError, match="pair of texts"):
        render(TEMPLATE, WORDS, ("one", "two"))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_prompts_that_ship_are_whole(path):
    template = PromptFile.model_validate(yaml.safe_load(path.read_text())).template
    prompt = render(template, WORDS, "Up 3 %.", [Shot("Down.", "negative")])
    assert "negative, neutral or positive" in prompt
    assert prompt.endswith(f"Up 3 %.\n{template.cue}")


@pytest.mark.parametrize("name", ["chain_of_thought", "carp"])
def test_a_rationale_is_asked_for_before_the_answer(name):
    template = PromptFile.model_validate(
        yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    ).template
    cue = template.rationale.cue
    assert rationale_prompt(template, WORDS, "Up.", [Shot("Down.", "negative")]).endswith(
        f"{template.cue} negative{template.separator}Text: Up.\n{cue}"
    )
    answered = render(template, WORDS, "Up.", rationale=" It rose. ")
    assert answered.endswith(f"Text: Up.\n{cue} It rose.\n{template.cue}")
