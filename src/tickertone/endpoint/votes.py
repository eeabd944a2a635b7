"""Log-probabilities of labels from sampled answers, for servers that give nothing better.

With v votes for a label, of V that name one: log((v + smoothing) / (V + labels * smoothing)).
Answers that name no label, several, or one behind a negation are void: they are counted, and no
text is unparsable.
"""

import math
from collections.abc import Sequence
from typing import Any

from tickertone.catalog.forms.endpoint import EndpointForm
from tickertone.endpoint.label_words import named, plain_labels
from tickertone.endpoint.question import Prompt, Question, question
from tickertone.endpoint.ways import Asking, NotOffered, Row, choices_in_order


class Votes:
    """All samples of a text in one request; one by one where the server gives fewer than asked."""

    name = "sampled votes"

    def __init__(self, form: EndpointForm, labels: Sequence[str]) -> None:
        self.form = form
        self.words = plain_labels(labels)
        self._one_by_one = form.votes == 1

    def first(self, prompt: Prompt) -> list[Question]:
        """One request for all votes, or one for each."""
        if self._one_by_one:
            return [self._single(prompt, draw) for draw in range(self.form.votes)]
        return [self._several(prompt)]

    def row(self, prompt: Prompt, asking: Asking) -> Row:
        """The votes of one prompt. Raises NotOffered if it cannot even be answered once."""
        answers = self._together(prompt, asking)[: self.form.votes]
        while len(answers) < self.form.votes:
            answers += _answers(asking.ask(self._single(prompt, len(answers))))[:1]
        return self._counted(answers)

    def _together(self, prompt: Prompt, asking: Asking) -> list[str]:
        """Those that one request brings; none if it is known to bring too few."""
        # Texts that were once asked for one by one stay so, whatever was learnt since.
        if self._one_by_one or asking.kept(self._single(prompt, 0)) is not None:
            return []
        try:
            answers = _answers(asking.ask(self._several(prompt)))
        except NotOffered:
            answers = []
        self._one_by_one = len(answers) < self.form.votes
        return answers

    def _several(self, prompt: Prompt) -> Question:
        return self._sampled(prompt, 0, n=self.form.votes)

    def _single(self, prompt: Prompt, draw: int) -> Question:
        return self._sampled(prompt, draw)

    def _sampled(self, prompt: Prompt, draw: int, **fields: int) -> Question:
        return question(
            self.form,
            prompt,
            draw,
            temperature=self.form.temperature,
            seed=self.form.first_seed + draw,
            max_tokens=self.form.answer_tokens,
            **fields,
        )

    def _counted(self, answers: list[str]) -> Row:
        named_labels = [named(answer, self.words) for answer in answers]
        valid = sum(label is not None for label in named_labels)
        ahead = self.form.smoothing
        whole = valid + len(self.words) * ahead
        values = tuple(
            math.log((named_labels.count(i) + ahead) / whole) for i in range(len(self.words))
        )
        unanimous = len(answers) > 1 and len({*named_labels}) == 1
        return Row(values, void=len(answers) - valid, unanimous=unanimous)


def _answers(answer: dict[str, Any]) -> list[str]:
    """The texts of the choices; one that has none is an empty answer."""
    texts = []
    for choice in choices_in_order(answer):
        message = choice.get("message")
        text = message.get("content") if isinstance(message, dict) else choice.get("text")
        texts.append(text if isinstance(text, str) else "")
    return texts or [""]
