"""Log-probabilities of labels from the tokens that a chat server lists as most likely.

The answer's tokens form a tree, of which the server shows the alternatives along the likeliest
path. A listed token counts for the label that the answer so far can only become, in any casing
("Pos", " positive"); where it may become several, the next token of the path decides.
"""

import math
from collections.abc import Sequence
from typing import Any

from tickertone.catalog.forms.endpoint import EndpointForm
from tickertone.endpoint.label_words import UNDECIDED, begins, plain_labels
from tickertone.endpoint.question import Prompt, Question, question
from tickertone.endpoint.ways import Asking, NotOffered, Row

_LISTED = 20  # the most that servers of this kind list
_DEPTH = 4  # tokens of the answer: enough to tell labels apart
_UNCLEAR = 0.01  # share of undecided probability off the path above which a row is not given


class TopTokens:
    """One request a text. For prompts that are chats."""

    name = "log-probabilities of the first tokens"

    def __init__(self, form: EndpointForm, labels: Sequence[str]) -> None:
        self.form = form
        self.words = plain_labels(labels)

    def first(self, prompt: Prompt) -> list[Question]:
        """One request for the first few tokens of the likeliest answer."""
        fields = {"logprobs": True, "top_logprobs": _LISTED, "max_tokens": _DEPTH}
        return [question(self.form, prompt, temperature=0, **fields)]

    def row(self, prompt: Prompt, asking: Asking) -> Row | None:
        """None if no label is listed, or too much remains undecided."""
        (asked,) = self.first(prompt)
        choices = asking.ask(asked)["choices"]
        try:
            positions = [_listed(p) for p in choices[0]["logprobs"]["content"]]
        except (IndexError, KeyError, TypeError, ValueError):
            raise NotOffered("no log-probabilities") from None
        if not positions or len(positions[0][1]) < 2:
            raise NotOffered("no alternatives to the token that was taken")
        return _row(positions, self.words)


def _listed(position: dict[str, Any]) -> tuple[str, dict[str, float]]:
    """The token that was taken, and the log-probability of every listed one."""
    listed = {t["token"]: float(t["logprob"]) for t in position.get("top_logprobs") or []}
    taken = str(position["token"])
    listed.setdefault(taken, float(position["logprob"]))
    if not all(value <= 1e-6 for value in listed.values()):  # NaN, or no log-probabilities
        raise ValueError("not log-probabilities")
    return taken, listed


def _row(positions: list[tuple[str, dict[str, float]]], words: Sequence[str]) -> Row | None:
    mass = [0.0] * len(words)
    unclear = 0.0
    path, path_value = "", 0.0
    for taken, listed in positions:
        for token, value in listed.items():
            probability = math.exp(path_value + value)
            label = begins(path + token, words)
            if isinstance(label, int):
                mass[label] += probability
            elif label is UNDECIDED and token != taken:
                unclear += probability
        path, path_value = path + taken, path_value + listed[taken]
        if begins(path, words) is not UNDECIDED:
            break
    else:
        unclear += math.exp(path_value)
    return _given(mass, unclear, min(positions[0][1].values()))


def _given(mass: list[float], unclear: float, least: float) -> Row | None:
    """A label that is not listed is at most as likely as the least token that is listed.

    Unless it hides in what remained undecided: that is added to the bound.
    """
    if not any(mass) or unclear > _UNCLEAR * (sum(mass) + unclear):
        return None
    bound = math.log(max(math.exp(least) + unclear, 1e-30))  # a score is never -inf
    values = tuple(min(math.log(m), 0.0) if m else bound for m in mass)
    return Row(values, bounded=sum(not m for m in mass))
