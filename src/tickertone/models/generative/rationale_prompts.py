"""Prompts of models that write a rationale first: one that it follows, one that the label follows.

Both hold the same examples and the same text. So that the second fits as well, the first may take
what `max_length` leaves when a whole rationale and the answer's cue are taken off.
"""

from collections.abc import Sequence
from typing import Any

from tickertone.catalog.forms.prompt_template import PromptTemplate, RationaleSpec
from tickertone.models.generative.encoding import Encoding, PromptEncoder, encoding_of
from tickertone.models.generative.prompts import Shot, rationale_prompt, render
from tickertone.models.protocol import Text

RATIONALE_CUT = "rationales_cut"  # those that had to lose their end to fit before the answer


class RationalePrompts(PromptEncoder):
    """As PromptEncoder for a template that asks for a rationale; `encode` ends in its cue."""

    def __init__(
        self,
        tokenizer: Any,
        template: PromptTemplate,
        words: tuple[str, ...],
        max_length: int,
        *,
        continued: bool,
    ) -> None:
        super().__init__(tokenizer, template, words, max_length, continued=continued)
        self.spec = asked_for(template)
        cue = tokenizer(f"\n{template.cue}", add_special_tokens=False)["input_ids"]
        self.limit = max_length - self.spec.max_tokens - len(cue)

    def before_rationale(self, text: Text, shots: Sequence[Shot]) -> Encoding:
        """The prompt that the rationale follows; nothing is counted."""
        return encoding_of(self.fitting(text, shots).ids)

    def after_rationale(self, text: Text, shots: Sequence[Shot], rationale: str) -> Encoding:
        """The same prompt with the rationale, ending in the cue that the label's word follows."""
        found = self.fitting(text, shots)
        self.count(found, text, shots)

        def ids(written: str) -> list[int]:
            asked = render(self.template, self.words, found.text, found.shots, written)
            return self._ids(asked)

        if len(ids(rationale)) > self.max_length:  # it is spelt in more tokens than it was written
            rationale = self._longest(rationale, lambda part: len(ids(part)) <= self.max_length)
            self.counts[RATIONALE_CUT] += 1
        return encoding_of(ids(rationale))

    def _prompt(self, text: Text, shots: Sequence[Shot]) -> str:
        return rationale_prompt(self.template, self.words, text, shots)


def asked_for(template: PromptTemplate) -> RationaleSpec:
    """The rationale that a template asks for; raises ValueError if it asks for none."""
    if template.rationale is None:
        raise ValueError("a template without a rationale")
    return template.rationale
