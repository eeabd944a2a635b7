"""Prompts as token ids, short enough: examples are dropped first, then the text is cut.

The rule, in order: drop examples from the front, so that the nearest to the question stay; if none
is left and it is still too long, cut the text at its end by tokens. The words around it always stay
whole. How often each happened is counted.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.errors import ModelError
from tickertone.models.generative.prompts import Shot, render
from tickertone.models.protocol import Text

Encoding = dict[str, list[int]]
DROPPED = "examples_dropped"  # of all prompts together
SHORTENED = "prompts_shortened"  # prompts that lost examples
CUT = "texts_cut"  # prompts without an example left, whose text lost its end


class PromptEncoder:
    """Texts to encodings of at most `max_length` tokens.

    `continued`: an answer follows in the same sequence, so that nothing may close it (decoders).
    """

    def __init__(
        self,
        tokenizer: Any,
        template: PromptTemplate,
        words: tuple[str, ...],
        max_length: int,
        *,
        continued: bool,
    ) -> None:
        self.tokenizer = tokenizer
        self.template = template
        self.words = words
        self.max_length = max_length
        self.continued = continued
        self.counts: Counter[str] = Counter()
        self._before = self._opening()

    def encode(self, text: Text, shots: Sequence[Shot] = ()) -> Encoding:
        """The prompt of one text; raises ModelError if even without text it is too long."""
        for dropped in range(len(shots) + 1):
            ids = self._ids(text, shots[dropped:])
            if len(ids) <= self.max_length:
                break
        self.counts[DROPPED] += dropped if shots else 0
        self.counts[SHORTENED] += bool(shots) and dropped > 0
        if len(ids) > self.max_length:
            ids = self._ids(self._cut(text), ())
            self.counts[CUT] += 1
        return {"input_ids": ids, "attention_mask": [1] * len(ids)}

    def _ids(self, text: Text, shots: Sequence[Shot]) -> list[int]:
        prompt = render(self.template, self.words, text, shots)
        if not self.continued:
            return list(self.tokenizer(prompt)["input_ids"])
        return [*self._before, *self.tokenizer(prompt, add_special_tokens=False)["input_ids"]]

    def _opening(self) -> list[int]:
        """What the tokenizer itself puts before a sequence that goes on."""
        begin = self.tokenizer.bos_token_id
        return [begin] if begin is not None and begin in self.tokenizer("")["input_ids"] else []

    def _cut(self, text: Text) -> Text:
        """The text, or the second of a pair, up to the last token with which the prompt fits."""
        whole = text if isinstance(text, str) else text[1]
        spans = self.tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)
        ends = [0, *(end for _, end in spans["offset_mapping"])]
        low, high = 0, len(ends) - 1  # ends[low] fits, as far as is known
        while low < high:
            middle = (low + high + 1) // 2
            fits = len(self._ids(_up_to(text, ends[middle]), ())) <= self.max_length
            low, high = (middle, high) if fits else (low, middle - 1)
        shorter = _up_to(text, ends[low])
        if (found := len(self._ids(shorter, ()))) > self.max_length:
            raise ModelError(
                "prompt",
                found=f"{found} tokens without any text",
                expected=f"at most max_length, {self.max_length}",
                remedy="raise max_length of the model in data/models.yaml, or shorten the prompt",
            )
        return shorter


def _up_to(text: Text, end: int) -> Text:
    return text[:end] if isinstance(text, str) else (text[0], text[1][:end])
