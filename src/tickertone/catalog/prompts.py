"""Prompts: the files of data/prompts, and the template in each.

A template is part of the form of the models that use it, word by word; what people call it is not.
"""

from collections.abc import Mapping
from string import Formatter
from typing import Any, Self

from pydantic import Field, model_validator

from tickertone.catalog.identifiers import Name
from tickertone.catalog.mistakes import nearest
from tickertone.errors import ConfigError
from tickertone.frozen import Frozen


class RationaleSpec(Frozen):
    """What a model writes before its answer: greedy decoding, cut at `max_tokens`."""

    cue: str = Field(min_length=1, description="what the rationale follows")
    max_tokens: int = Field(96, ge=1)


class PromptTemplate(Frozen):
    """The wording of a question; the parts are put together by models.generative.prompts."""

    instruction: str = Field(description="said once, first; {choices}: the label words")
    example: str = Field(description="how a text is shown: {text}, and {text_b} for pairs")
    cue: str = Field(min_length=1, description="what the answer follows")
    separator: str = Field("\n\n", min_length=1)
    rationale: RationaleSpec | None = None

    @model_validator(mode="after")
    def _places_are_known(self) -> Self:
        for field, words, known in (
            ("instruction", self.instruction, {"choices"}),
            ("example", self.example, {"text", "text_b"}),
        ):
            if strange := sorted(_places(field, words) - known):
                allowed = ", ".join(f"{{{name}}}" for name in sorted(known))
                raise ValueError(f"{field}: {{{strange[0]}}} stands for nothing; known: {allowed}")
        if "text" not in _places("example", self.example):
            raise ValueError("example: {text} does not occur")
        if self.cue != self.cue.rstrip():
            raise ValueError("cue: ends with a space, which belongs to the answer")
        return self


class PromptFile(Frozen):
    """One file of data/prompts."""

    about: str = Field(description="what it is for, in one sentence")
    version: int = Field(ge=1, description="raised when the wording changes")
    template: PromptTemplate


def with_templates(
    shown: str, raw: Mapping[str, Any], prompts: Mapping[Name, PromptFile]
) -> dict[str, Any]:
    """The stanzas of models.yaml with each `prompt: NAME` replaced by that template's fields.

    Raises ConfigError for a name that is no file of data/prompts.
    """
    stanzas = raw.get("models")
    if not isinstance(stanzas, Mapping):
        return dict(raw)
    replaced = {
        name: {**stanza, "prompt": _fields(f"{shown}, models.{name}.prompt", stanza, prompts)}
        if isinstance(stanza, Mapping) and isinstance(stanza.get("prompt"), str)
        else stanza
        for name, stanza in stanzas.items()
    }
    return {**raw, "models": replaced}


def _fields(
    place: str, stanza: Mapping[str, Any], prompts: Mapping[Name, PromptFile]
) -> dict[str, Any]:
    name = stanza["prompt"]
    if name not in prompts:
        raise ConfigError(
            place,
            found=f"unknown prompt {name!r}",
            expected="one of " + ", ".join(prompts) if prompts else "a file data/prompts/NAME.yaml",
            remedy=nearest(name, prompts) or f"correct the name, or write data/prompts/{name}.yaml",
        )
    return prompts[name].template.model_dump(mode="json")


def _places(field: str, words: str) -> set[str]:
    """The names in braces."""
    try:
        return {name for _, name, _, _ in Formatter().parse(words) if name is not None}
    except ValueError as error:
        raise ValueError(f"{field}: {error}; write {{{{ and }}}} for braces") from None
