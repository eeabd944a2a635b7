import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.endpoint.conftest import form
from tests.models.tiny import texts
from tickertone.catalog.forms.endpoint import ServiceSpec
from tickertone.endpoint.prices import (
    Tokens,
    cost,
    estimate,
    tokens_at_most,
    tokens_counted,
    tokens_likely,
)
from tickertone.endpoint.question import Message, question

FORM = form("http://127.0.0.1:9/v1")
PRICED = ServiceSpec(price_in=0.5, price_out=1.5)


def test_a_million_tokens_cost_the_price():
    assert cost(PRICED, Tokens(1_000_000, 2_000_000)) == 3.5
    assert cost(ServiceSpec(), Tokens(10**9, 10**9)) == 0


@given(st.text(min_size=1, max_size=60))
def test_the_upper_bound_is_one_token_a_byte_and_never_below_the_likely_count(text):
    for prompt in (text, (Message("user", text),)):
        asked = question(FORM, prompt, max_tokens=8, n=3)
        assert tokens_at_most(asked).prompt >= len(text.encode())
        assert tokens_at_most(asked).prompt >= tokens_likely(asked).prompt > 0
        assert tokens_at_most(asked).answer == 24


def test_several_prompts_in_one_request_are_all_counted():
    asked = question(FORM, "x", max_tokens=1)
    asked.body["prompt"] = ["ab", "abcd"]
    assert tokens_at_most(asked) == Tokens(2 + 4 + 2, 2)


@pytest.mark.slow
def test_a_byte_level_tokenizer_never_needs_more_than_the_bound(tiny):
    for text in map(str, texts()):
        counted = len(tiny.tokenizer(text)["input_ids"])
        assert counted <= tokens_at_most(question(FORM, text)).prompt


@pytest.mark.parametrize(
    ("answer", "tokens"),
    [
        ({"usage": {"prompt_tokens": 7, "completion_tokens": 2}}, Tokens(7, 2)),
        ({"usage": {"prompt_tokens": 7}}, Tokens(7, 0)),
        ({"usage": {"prompt_tokens": -7, "completion_tokens": 2}}, None),
        ({"usage": {"prompt_tokens": "7"}}, None),
        ({"usage": None}, None),
        ({}, None),
    ],
)
def test_the_servers_own_count_where_it_makes_sense(answer, tokens):
    assert tokens_counted(answer) == tokens


def test_an_estimate_adds_up():
    asked = [question(FORM, "a" * 400, max_tokens=10)] * 5
    found = estimate(PRICED, asked)
    assert found.requests == 5
    assert found.likely == pytest.approx(5 * (101 * 0.5 + 10 * 1.5) / 1e6)
    assert found.at_most == pytest.approx(5 * (401 * 0.5 + 10 * 1.5) / 1e6)
