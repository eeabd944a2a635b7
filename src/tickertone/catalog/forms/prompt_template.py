"""The wording of a prompt, as models that answer one are known by it."""

from string import Formatter
from typing import Self

from pydantic import Field, model_validator

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


def _places(field: str, words: str) -> set[str]:
    """The names in braces."""
    try:
        return {name for _, name, _, _ in Formatter().parse(words) if name is not None}
    except ValueError as error:
        raise ValueError(f"{field}: {error}; write {{{{ and }}}} for braces") from None
