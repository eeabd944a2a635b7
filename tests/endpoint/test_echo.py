"""Canned answers: which tokens of an echoed prompt count."""

import math

import pytest

from tests.endpoint.conftest import form
from tickertone.endpoint.echo import Echo
from tickertone.endpoint.ways import Asking, NotOffered

PROMPT = "It rose:"
WORDS = (" down", " up")


def echoed(*tokens):
    """A choice from (token, log-probability) in order, offsets counted as they come."""
    at, offsets = 0, []
    for token, _ in tokens:
        offsets.append(at)
        at += len(token)
    return {
        "logprobs": {
            "tokens": [token for token, _ in tokens],
            "token_logprobs": [value for _, value in tokens],
            "text_offset": offsets,
        }
    }


DOWN = echoed(("It", None), (" rose:", -9.0), (" do", -1.0), ("wn", -0.5), (" now", -7.0))
UP = echoed(("It", None), (" rose:", -9.0), ("\u0120up", -0.25), ("!", -7.0))


def values(*choices):
    way = Echo(form("http://127.0.0.1:9/v1"), WORDS)
    asking = Asking(lambda question: {"choices": list(choices)}, lambda question: None)
    return way.row(PROMPT, asking).values


def test_the_tokens_of_the_label_and_no_others_are_added_up():
    assert values(DOWN, UP) == (-1.5, -0.25)


def test_choices_come_in_any_order():
    assert values({**UP, "index": 1}, {**DOWN, "index": 0}) == (-1.5, -0.25)


def test_all_labels_go_into_one_request():
    (asked,) = Echo(form("http://127.0.0.1:9/v1"), WORDS).first(PROMPT)
    assert asked.body["prompt"] == ["It rose: down", "It rose: up"]
    assert asked.body["echo"] is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"logprobs": None},
        {},
        echoed(("It", None), (" rose: u", -9.0), ("p", -1.0)),  # a token across the boundary
        echoed(("It", None), (" rose:", -9.0), (" u", -1.0), ("p!", -1.0)),  # and at the end
        echoed(("It", None), (" rose:", -9.0), (" up", None)),
        echoed(("It", None), (" rose:", -9.0), (" up", math.nan)),
        echoed((" up", -1.0)),  # the answer without the echo
        {"logprobs": {"content": []}},
    ],
)
def test_anything_but_just_the_labels_tokens_counts_as_not_offered(wrong):
    with pytest.raises(NotOffered):
        values(DOWN, wrong)


def test_a_choice_too_few_counts_as_not_offered():
    with pytest.raises(NotOffered):
        values(DOWN)
