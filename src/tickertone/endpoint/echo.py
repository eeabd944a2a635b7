"""Exact log-likelihoods of labels, from completions that echo their prompt with log-probabilities.

Each label is put behind the prompt; the log-probabilities of the tokens of the label are summed.
The prompt must end where a token ends: put the space before the label word, not behind the prompt.
"""

import math
from collections.abc import Sequence
from typing import Any

from tickertone.catalog.forms.endpoint import EndpointForm
from tickertone.endpoint.question import Prompt, Question, question
from tickertone.endpoint.ways import Asking, NotOffered, Row, choices_in_order

_SPACES = str.maketrans({"▁": " ", "Ġ": " "})  # as some servers spell the space in a token


class Echo:
    """All labels of a text in one request. For prompts that are plain text."""

    name = "echoed prompts"

    def __init__(self, form: EndpointForm, labels: Sequence[str]) -> None:
        self.form = form
        self.labels = tuple(labels)

    def first(self, prompt: Prompt) -> list[Question]:
        """One request; it makes one token, since not every server can make none."""
        text = _plain_text(prompt)
        fields = {"echo": True, "logprobs": 1, "max_tokens": 1, "temperature": 0}
        body = {**question(self.form, text).body, **fields}
        return [Question("completions", {**body, "prompt": [text + w for w in self.labels]})]

    def row(self, prompt: Prompt, asking: Asking) -> Row:
        """Raises NotOffered if any is missing, or no token begins where the label begins."""
        text = _plain_text(prompt)
        (asked,) = self.first(prompt)
        choices = choices_in_order(asking.ask(asked))
        if len(choices) != len(self.labels):
            raise NotOffered(f"{len(choices)} answers to {len(self.labels)} prompts")
        values = [
            _likelihood(choice.get("logprobs"), len(text), label)
            for choice, label in zip(choices, self.labels, strict=True)
        ]
        found = tuple(value for value in values if value is not None)
        if len(found) < len(values):
            raise NotOffered("no log-probabilities of just the label's tokens")
        return Row(found)


def _plain_text(prompt: Prompt) -> str:
    if not isinstance(prompt, str):
        raise TypeError("a chat is not echoed")
    return prompt


def _likelihood(logprobs: Any, begin: int, label: str) -> float | None:
    """The sum over the label's tokens; None unless they are exactly the label."""
    try:
        rows = [
            (token, value)
            for token, value, offset in zip(
                logprobs["tokens"],
                logprobs["token_logprobs"],
                logprobs["text_offset"],
                strict=True,
            )
            if begin <= offset < begin + len(label)
        ]
        whole = "".join(token for token, _ in rows).translate(_SPACES) == label
        total = math.fsum(value for _, value in rows)
    except (TypeError, KeyError, ValueError):
        return None
    return total if whole and rows and math.isfinite(total) and total <= 0 else None
