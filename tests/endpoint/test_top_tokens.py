"""Canned answers: what the listed tokens say of the labels."""

import math

import pytest

from tests.endpoint.conftest import form
from tests.models.tiny import LABELS
from tickertone.endpoint.question import Message
from tickertone.endpoint.top_tokens import TopTokens
from tickertone.endpoint.ways import Asking, NotOffered

PROMPT = (Message("user", "The mill fell short"),)


def position(taken, **shares):
    """One token of an answer, with the alternatives' probabilities."""
    listed = [{"token": t, "logprob": math.log(p)} for t, p in shares.items()]
    return {"token": taken, "logprob": math.log(shares[taken]), "top_logprobs": listed}


def row(*positions, logprobs=None):
    content = {"content": list(positions)} if logprobs is None else logprobs
    answer = {"choices": [{"message": {"content": "x"}, "logprobs": content}]}
    way = TopTokens(form("http://127.0.0.1:9/v1"), LABELS)
    return way.row(PROMPT, Asking(lambda question: answer, lambda question: None))


def test_tokens_in_any_casing_are_added_up():
    found = row(position("Pos", Pos=0.4, positive=0.2, neg=0.2, Neutral=0.1, The=0.05))
    assert [math.exp(v) for v in found.values] == pytest.approx([0.2, 0.1, 0.6])
    assert found.bounded == 0


def test_labels_that_begin_alike_are_told_apart_by_the_next_token_of_the_path():
    found = row(
        position("ne", ne=0.7, pos=0.3),
        position("g", g=0.9, ut=0.1),
        position("ative", ative=1.0),
    )
    assert [math.exp(v) for v in found.values] == pytest.approx([0.63, 0.07, 0.3])


def test_where_the_path_does_not_tell_labels_apart_a_row_is_not_made_up():
    assert row(position("pos", pos=0.6, ne=0.4)) is None


def test_a_little_that_is_undecided_does_no_harm():
    found = row(position("pos", pos=0.6, neg=0.2, neut=0.195, ne=0.005))
    assert found.values[2] == pytest.approx(math.log(0.6))


def test_an_answer_that_ends_undecided_gives_no_row():
    assert row(position(" ", **{" ": 0.9, "pos": 0.1}), position("ne", ne=0.9, pos=0.1)) is None


def test_quotes_and_spaces_before_a_label_are_passed_over():
    found = row(
        position('"', **{'"': 0.8, "neg": 0.2}), position("pos", pos=0.5, neg=0.25, neut=0.25)
    )
    assert [math.exp(v) for v in found.values] == pytest.approx([0.2 + 0.2, 0.2, 0.4])


def test_a_label_that_is_not_listed_is_at_most_as_likely_as_the_least_that_is():
    found = row(position("pos", pos=0.9, neg=0.06, of=0.001))
    assert math.exp(found.values[1]) == pytest.approx(0.001)
    assert found.bounded == 1


def test_what_is_undecided_is_added_to_that_bound():
    found = row(position("pos", pos=0.9, neg=0.06, n=0.008, of=0.001))
    assert math.exp(found.values[1]) == pytest.approx(0.009)


def test_without_any_label_there_is_no_row():
    assert row(position("The", The=0.6, A=0.4)) is None


@pytest.mark.parametrize(
    "logprobs",
    [
        {},
        {"content": None},
        {"content": []},
        {"content": [{"token": "pos"}]},
        {"content": [{"token": "pos", "logprob": None, "top_logprobs": []}]},
        {"content": [{"token": "pos", "logprob": -0.1, "top_logprobs": []}]},
        {"content": [{"token": "pos", "logprob": 0.9, "top_logprobs": []}]},
        {"content": [{"token": "pos", "logprob": math.nan, "top_logprobs": []}]},
        {"tokens": ["pos"], "token_logprobs": [-0.1]},
        "none",
    ],
)
def test_missing_log_probabilities_count_as_not_offered(logprobs):
    with pytest.raises(NotOffered):
        row(logprobs=logprobs)
