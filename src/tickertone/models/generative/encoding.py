"""Prompts as token ids, short enough: examples are dropped first, then the text is cut.

The rule, in order: drop examples from the front, so that the nearest to the question stay; if none
is left and it is still too long, cut the text at its end by tokens. The words around it always stay
whole. How often each happened is counted.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.errors import ModelError
from tickertone.models.generative.prompts import Shot, render
from tickertone.models.protocol import Text

Encoding = dict[str, list[int]]
DROPPED = "examples_dropped"  # of all prompts together
SHORTENED = "prompts_shortened"  # prompts that lost examples
CUT = "texts_cut"  # prompts without an example left, whose text lost its end


class Fitting(NamedTuple):
    """A prompt that is short enough, and what is left in it."""

    ids: list[int]
    text: Text
    shots: Sequence[Shot]


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
        self.limit = self.max_length = max_length
        self.continued = continued
        self.counts: Counter[str] = Counter()
        self._before = self._opening()

    def encode(self, text: Text, shots: Sequence[Shot] = ()) -> Encoding:
        """The prompt of one text; raises ModelError if even without text it is too long."""
        found = self.fitting(text, shots)
        self.count(found, text, shots)
        return encoding_of(found.ids)

    def fitting(self, text: Text, shots: Sequence[Shot]) -> Fitting:
        """What of a text and its shots fits into the prompt; nothing is counted."""
        for dropped in range(len(shots) + 1):
            ids = self._ids(self._prompt(text, shots[dropped:]))
            if len(ids) <= self.limit:
                return Fitting(ids, text, shots[dropped:])
        text = self._cut(text)
        return Fitting(self._ids(self._prompt(text, ())), text, ())

    def count(self, found: Fitting, text: Text, shots: Sequence[Shot]) -> None:
        """Note what a prompt lost of the text and the shots that it was to have."""
        dropped = len(shots) - len(found.shots)
        self.counts[DROPPED] += dropped
        self.counts[SHORTENED] += dropped > 0
        self.counts[CUT] += found.text != text

    def _prompt(self, text: Text, shots: Sequence[Shot]) -> str:
        return render(self.template, self.words, text, shots)

    def _ids(self, prompt: str) -> list[int]:
        if not self.continued:
            return list(self.tokenizer(prompt)["input_ids"])
        return [*self._before, *self.tokenizer(prompt, add_special_tokens=False)["input_ids"]]

    def _opening(self) -> list[int]:
        """What the tokenizer itself puts before a sequence that goes on."""
        begin = self.tokenizer.bos_token_id
        return [begin] if begin is not None and begin in self.tokenizer("")["input_ids"] else []

    def _cut(self, text: Text) -> Text:
        """The text, or the second of a pair, up to the last token with which the prompt fits."""

        def length(end: str) -> int:
            return len(self._ids(self._prompt(_ending_in(text, end), ())))

        shorter = self._longest(_end(text), lambda end: length(end) <= self.limit)
        if (found := length(shorter)) > self.limit:
            raise ModelError(
                "prompt",
                found=f"{found} tokens without any text",
                expected=f"at most {self.limit} of max_length, {self.max_length}",
                remedy="raise max_length of the model in data/models.yaml, or shorten the prompt",
            )
        return _ending_in(text, shorter)

    def _longest(self, whole: str, fits: Callable[[str], bool]) -> str:
        """The longest beginning of `whole`, by tokens, that fits; "" if none does."""
        spans = self.tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)
        ends = [0, *(end for _, end in spans["offset_mapping"])]
        low, high = 0, len(ends) - 1  # ends[low] fits, as far as is known
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if fits(whole[: ends[middle]]) else (low, middle - 1)
        return whole[: ends[low]]


def encoding_of(ids: list[int]) -> Encoding:
    """Tokens as a network takes them, none of them padding."""
    return {"input_ids": ids, "attention_mask": [1] * len(ids)}


def _end(text: Text) -> str:
    return text if isinstance(text, str) else text[1]


def _ending_in(text: Text, end: str) -> Text:
    return end if isinstance(text, str) else (text[0], end)
