"""Answers that are kept are paid for, and need nothing more: no server, no key."""

import pytest

from tests.endpoint.conftest import form
from tests.models.tiny import LABELS
from tickertone.endpoint.ledger import Ledger
from tickertone.endpoint.question import Message
from tickertone.endpoint.votes import Votes
from tickertone.errors import ConfigError

NOWHERE = "http://127.0.0.1:9/v1"
PROMPTS = [(Message("user", text),) for text in ("It rose", "It fell", "It stood")]


@pytest.fixture
def asked(asker, monkeypatch):
    """A form whose key is nowhere, with a kept answer to each prompt."""
    monkeypatch.delenv("TINY_KEY", raising=False)
    asked = form(NOWHERE, {"key": "TINY_KEY"}, scores="votes", votes=2)
    with Ledger.of(asked, asker.answers, asker.folder / "locks") as ledger:
        for prompt in PROMPTS:
            (question,) = Votes(asked, LABELS).first(prompt)
            said = [{"message": {"content": "positive"}}] * 2
            ledger.answered(ledger.set_aside(question, 0), question, 0, {"choices": said})
    return asked


def test_kept_answers_are_scored_without_the_key(asker, asked):
    scored = asker.score(PROMPTS, LABELS, asked)
    assert scored.requests == 0
    assert scored.matrix.argmax(axis=1).tolist() == [LABELS.index("positive")] * 3


def test_a_new_question_without_the_key_is_refused_before_anything_is_sent(asker, asked):
    with pytest.raises(ConfigError, match="TINY_KEY: not set"):
        asker.score([*PROMPTS, (Message("user", "It turned"),)], LABELS, asked)
