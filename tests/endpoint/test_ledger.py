import json

import pytest

from tests.endpoint.conftest import form
from tickertone.endpoint.ledger import Ledger
from tickertone.endpoint.question import question
from tickertone.errors import ConfigError

FORM = form("http://127.0.0.1:9/v1")
ONE, TWO = question(FORM, "one"), question(FORM, "two")
ANSWER = {"choices": [{"text": " positive"}]}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answers" / "x.jsonl"


def answered(ledger, question, cost=0.25, at_most=0.5):
    attempt = ledger.set_aside(question, at_most)
    ledger.answered(attempt, question, cost, ANSWER)


def test_an_answer_is_there_for_the_next_process(path):
    ledger = Ledger(path, None)
    answered(ledger, ONE)
    assert ledger.kept(ONE) == ANSWER
    later = Ledger(path, None)
    assert later.kept(ONE) == ANSWER
    assert later.kept(TWO) is None
    assert later.spent == 0.25


def test_an_attempt_without_an_end_counts_as_spent_at_the_most_it_can_cost(path):
    Ledger(path, None).set_aside(ONE, 0.5)
    assert Ledger(path, None).spent == 0.5


def test_a_refused_attempt_costs_nothing(path):
    ledger = Ledger(path, None)
    ledger.refused(ledger.set_aside(ONE, 0.5))
    assert ledger.spent == Ledger(path, None).spent == 0


def test_what_is_under_way_counts_against_the_cap(path):
    ledger = Ledger(path, 1.0)
    ledger.set_aside(ONE, 0.6)
    with pytest.raises(ConfigError, match=r"0\.6 of 1 is spent or set aside"):
        ledger.set_aside(TWO, 0.6)
    ledger.set_aside(TWO, 0.4)


def test_a_torn_last_line_is_not_believed_and_the_next_one_stands_on_its_own(path):
    ledger = Ledger(path, None)
    answered(ledger, ONE)
    ledger.close()
    path.write_bytes(path.read_bytes()[:-20])
    torn = Ledger(path, None)
    assert torn.kept(ONE) is None
    assert torn.unreadable == 1
    assert torn.spent == 0.5  # it may have been charged
    answered(torn, TWO)
    assert Ledger(path, None).kept(TWO) == ANSWER


def test_a_flipped_byte_takes_one_answer_and_no_other(path):
    ledger = Ledger(path, None)
    answered(ledger, ONE)
    answered(ledger, TWO)
    ledger.close()
    text = path.read_bytes()
    path.write_bytes(text.replace(b"positive", b"negative", 1))
    damaged = Ledger(path, None)
    assert damaged.kept(ONE) is None
    assert damaged.kept(TWO) == ANSWER


def test_every_event_is_a_sealed_line_of_json_and_holds_no_prompt(path):
    answered(Ledger(path, None), question(FORM, "a secret merger"))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["asked", "answered"]
    assert all(len(line["sha256"]) == 64 for line in lines)
    assert "merger" not in path.read_text()


def test_models_and_servers_have_ledgers_of_their_own(tmp_path):
    folder, locks = tmp_path / "answers", tmp_path / "locks"
    other = FORM.model_copy(update={"model": "other"})
    elsewhere = form("http://127.0.0.1:10/v1")
    for each in (FORM, other, elsewhere, form("http://127.0.0.1:9/v1/")):
        with Ledger.of(each, folder, locks) as ledger:
            answered(ledger, ONE)
    assert len(list(folder.iterdir())) == 3
