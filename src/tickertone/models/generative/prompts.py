"""Put a prompt together: instruction, examples, question. Pure text; knows no tokenizer."""

from collections.abc import Sequence
from dataclasses import dataclass

from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.errors import ModelError
from tickertone.models.protocol import Text


@dataclass(frozen=True)
class Shot:
    """An example in a prompt: a text and the word that is the right answer."""

    text: Text
    word: str


def render(
    template: PromptTemplate,
    words: Sequence[str],
    text: Text,
    shots: Sequence[Shot] = (),
    rationale: str | None = None,
) -> str:
    """The prompt for a text, ending in the cue that the answer follows.

    `words` are those of all labels in the task's order. Shots stand in the order given, so the last
    is nearest to the question. With a rationale, its cue and it stand before the answer's cue.
    """
    instruction = template.instruction.format(choices=choices(words))
    blocks = [f"{_shown(template, s.text)}\n{template.cue} {s.word}" for s in shots]
    question = _shown(template, text)
    if rationale is not None and template.rationale is not None:
        question += f"\n{template.rationale.cue} {rationale.strip()}".rstrip()
    parts = [instruction.strip(), *blocks, f"{question}\n{template.cue}"]
    return template.separator.join(part for part in parts if part)


def rationale_prompt(
    template: PromptTemplate, words: Sequence[str], text: Text, shots: Sequence[Shot] = ()
) -> str:
    """The prompt after which a model writes its rationale; raises ValueError if it has none."""
    if template.rationale is None:
        raise ValueError("a template without a rationale")
    whole = render(template, words, text, shots)
    return whole.removesuffix(template.cue) + template.rationale.cue


def choices(words: Sequence[str]) -> str:
    """As people list them: "negative, neutral or positive"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _shown(template: PromptTemplate, text: Text) -> str:
    if isinstance(text, str):
        return template.example.format(text=text, text_b="").rstrip()
    if "{text_b}" not in template.example:
        raise ModelError(
            "prompt",
            found="a template for single texts, and a pair of texts",
            expected="{text} and {text_b} in template.example",
            remedy="take a prompt for pairs",
        )
    return template.example.format(text=text[0], text_b=text[1]).rstrip()
