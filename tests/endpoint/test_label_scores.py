"""Against a real server with a real, tiny model."""

import json
import math

import numpy as np
import pytest

from tests.endpoint.conftest import form
from tests.endpoint.tiny_causal import ASKING, WORDS
from tests.models.tiny import LABELS, texts
from tickertone.endpoint.label_scores import estimated
from tickertone.endpoint.question import Message
from tickertone.errors import ConfigError, ModelError, SourceUnavailable

pytestmark = pytest.mark.slow

TEXTS = [str(text) for text in texts()[::4]]
PLAIN = [text + ASKING for text in TEXTS]
CHATS = [(Message("user", text),) for text in TEXTS]
PRICES = {"price_in": 1.0, "price_out": 2.0, "spend_at_most": 1.0}


@pytest.fixture
def truth(tiny):
    rows = [[tiny.likelihood(text, word) for word in WORDS] for text in PLAIN]
    return np.array(rows, dtype=np.float32)


def test_echoed_prompts_give_the_likelihoods_of_whole_labels(server, asker, truth):
    scored = asker.score(PLAIN, WORDS, form(server.url))
    assert scored.matrix.dtype == np.float32
    np.testing.assert_allclose(scored.matrix, truth, atol=1e-4)
    assert scored.ways == {"echoed prompts": len(PLAIN)}
    assert scored.requests == len(PLAIN)


def test_first_tokens_give_the_likelihoods_of_labels_in_a_chat(server, asker, truth):
    scored = asker.score(CHATS, LABELS, form(server.url))
    listed = scored.ways["log-probabilities of the first tokens"]
    assert listed == len(CHATS)
    np.testing.assert_array_equal(scored.matrix.argmax(axis=1), truth.argmax(axis=1))
    # A label may also be spelt by other tokens than its usual ones, and a little stays undecided.
    assert np.abs(np.exp(scored.matrix) - np.exp(truth)).max() < 0.05
    asked = server.bodies[0]
    assert (asked["logprobs"], asked["top_logprobs"]) == (True, 20)


def test_another_casing_of_the_labels_changes_nothing(server, asker):
    usual = asker.score(CHATS, LABELS, form(server.url, scores="votes"))
    server.casing = str.upper
    other = asker.score(CHATS, LABELS, form(server.url, scores="votes", extra={"user": "other"}))
    np.testing.assert_array_equal(usual.matrix, other.matrix)
    assert len(server.bodies) == 2 * len(CHATS)


@pytest.mark.parametrize("logprobs", ["null", "refused", "one"])
def test_without_log_probabilities_answers_are_sampled(server, asker, logprobs):
    server.logprobs = logprobs
    scored = asker.score(CHATS, LABELS, form(server.url, votes=7))
    assert scored.ways == {"sampled votes": len(CHATS)}
    np.testing.assert_allclose(np.exp(scored.matrix).sum(axis=1), 1, atol=1e-5)
    assert len(server.bodies) == len(CHATS) + 1  # the first was asked in vain, and no other


def test_votes_come_near_the_probabilities(server, asker, tiny, truth):
    scored = asker.score(CHATS[:2], LABELS, form(server.url, scores="votes", votes=120))
    valid = np.exp(truth[:2]) / np.exp(truth[:2]).sum(axis=1, keepdims=True)
    assert np.abs(np.exp(scored.matrix) - valid).max() < 0.2


@pytest.mark.parametrize("n", ["ignored", "refused"])
def test_where_n_is_not_offered_votes_are_asked_for_one_by_one(server, asker, n):
    server.n = n
    scored = asker.score(CHATS, LABELS, form(server.url, scores="votes", votes=3))
    assert scored.ways == {"sampled votes": len(CHATS)}
    assert sum("n" in body for body in server.bodies) == 1
    singles = [body for body in server.bodies if "n" not in body]
    assert len(singles) == 3 * len(CHATS) - (n == "ignored")
    assert len({json.dumps(body) for body in singles}) == len(singles)  # each with its own seed


def test_votes_from_plain_completions(server, asker):
    server.logprobs = "null"
    scored = asker.score(PLAIN[:3], WORDS, form(server.url, votes=5))
    assert scored.ways == {"sampled votes": 3}


def test_an_answer_that_names_no_label_is_void_and_the_text_still_has_a_row(server, asker):
    server.casing = lambda text: "no idea"
    scored = asker.score(CHATS[:2], LABELS, form(server.url, scores="votes", votes=4))
    assert scored.void == 8
    np.testing.assert_allclose(scored.matrix, math.log(1 / 3), atol=1e-6)


def test_demanding_log_probabilities_where_there_are_none_is_an_error(server, asker):
    server.logprobs = "null"
    with pytest.raises(ModelError, match="no log-probabilities of the labels for 3 texts"):
        asker.score(CHATS[:3], LABELS, form(server.url, scores="logprobs"))


def test_nothing_is_asked_twice(server, asker):
    first = asker.score(PLAIN, WORDS, form(server.url, PRICES))
    again = asker.score(PLAIN[::-1], WORDS, form(server.url, PRICES))
    assert (again.requests, again.cost) == (0, 0)
    assert again.spent == first.spent == first.cost > 0
    np.testing.assert_array_equal(again.matrix[::-1], first.matrix)


def test_votes_asked_for_one_by_one_are_not_asked_for_together_later(server, asker):
    server.n = "ignored"
    asker.score(CHATS[:4], LABELS, form(server.url, scores="votes", votes=3))
    asked = len(server.bodies)
    asker.score(CHATS[:4][::-1], LABELS, form(server.url, scores="votes", votes=3))
    assert len(server.bodies) == asked


def test_the_same_prompt_twice_is_asked_once(server, asker):
    scored = asker.score([PLAIN[0], PLAIN[1], PLAIN[0]], WORDS, form(server.url))
    assert len(server.bodies) == 2
    np.testing.assert_array_equal(scored.matrix[0], scored.matrix[2])


def test_no_more_requests_are_under_way_than_allowed(server, asker):
    server.delay = 0.05
    asker.score(PLAIN, WORDS, form(server.url, {"concurrency": 3}))
    assert 2 <= server.most_at_once <= 3


def test_the_cost_is_the_servers_count_at_our_prices(server, asker, tiny):
    scored = asker.score(PLAIN[:3], WORDS, form(server.url, PRICES))
    prompts = sum(
        len(tiny.tokenizer("".join(p + w for w in WORDS))["input_ids"]) for p in PLAIN[:3]
    )
    assert scored.cost == pytest.approx((prompts * 1.0 + 3 * 2.0) / 1e6)


def test_an_estimate_over_the_cap_is_refused_before_anything_is_sent(server, asker):
    little = {**PRICES, "spend_at_most": 1e-5}
    with pytest.raises(ConfigError, match="nothing was sent"):
        asker.score(PLAIN, WORDS, form(server.url, little))
    assert server.bodies == []


def test_the_cap_is_never_passed_whatever_the_server_does(server, asker, short_pauses):
    server.troubles = [(500,)] * 40  # each may have been charged
    cap = 0.0008
    service = {**PRICES, "spend_at_most": cap, "attempts": 50}
    with pytest.raises(ConfigError, match="spend_at_most"):
        asker.score(PLAIN[:2], WORDS, form(server.url, service))
    most = max(len("".join(body["prompt"])) + 3 + 3 * 2 for body in server.bodies) / 1e6
    assert 0 < len(server.bodies) * most <= cap + most
    with pytest.raises(ConfigError, match="spend_at_most"):
        asker.score(PLAIN[:2], WORDS, form(server.url, service))


def test_an_estimate_sends_nothing_and_leaves_out_what_is_kept(server, asker):
    asked, places = form(server.url, PRICES), {"answers": asker.answers, "locks": asker.folder}
    whole = estimated(PLAIN, WORDS, asked, **places)
    assert server.bodies == []
    assert whole.requests == len(PLAIN)
    assert 0 < whole.likely < whole.at_most
    scored = asker.score(PLAIN[:5], WORDS, asked)
    assert (
        scored.cost
        <= estimated(
            PLAIN[:5],
            WORDS,
            form(server.url + "/", PRICES),
            answers=asker.folder / "none",
            locks=asker.folder,
        ).at_most
    )
    assert estimated(PLAIN, WORDS, asked, **places).requests == len(PLAIN) - 5


def test_no_prompts_need_no_request(server, asker):
    assert asker.score([], WORDS, form(server.url)).matrix.shape == (0, 3)


def test_a_line_says_what_it_will_cost_before_the_start(server, asker):
    asker.score(PLAIN, WORDS, form(server.url, PRICES))
    assert f"{len(PLAIN)} requests to send, about " in asker.said[0]
    assert "0 of 1 is spent" in asker.said[0]


@pytest.mark.parametrize(
    "trouble",
    [
        (429,),
        (429, {"Retry-After": "0.1"}),
        (500,),
        (503, {"retry-after-ms": "50"}),
        ("truncated",),
        ("slow", 1.0),
    ],
)
def test_what_passes_is_tried_again(server, asker, short_pauses, truth, trouble):
    server.troubles = [trouble, trouble]
    service = {"timeout_seconds": 0.5, "concurrency": 1}
    scored = asker.score(PLAIN[:2], WORDS, form(server.url, service))
    np.testing.assert_allclose(scored.matrix, truth[:2], atol=1e-4)
    assert scored.requests == 4


def test_a_server_that_never_recovers_ends_the_step_and_keeps_its_answers(
    server, asker, short_pauses
):
    asker.score(PLAIN[:2], WORDS, form(server.url))
    server.troubles = [(503,)] * 1000
    with pytest.raises(SourceUnavailable, match=r"HTTP 503.* at 3 attempts"):
        asker.score(PLAIN, WORDS, form(server.url, {"attempts": 3}))
    server.troubles = []
    scored = asker.score(PLAIN, WORDS, form(server.url))
    assert scored.requests == len(PLAIN) - 2
    assert set(server.answered.values()) == {1}


def test_a_refused_key_ends_the_step_at_once(server, asker, monkeypatch):
    server.key = "right"
    monkeypatch.setenv("TINY_KEY", "wrong")
    with pytest.raises(ModelError, match="TINY_KEY"):
        asker.score(PLAIN, WORDS, form(server.url, {"key": "TINY_KEY"}))
    assert len(server.bodies) == 1


def test_a_wrong_path_is_an_error_that_shows_the_servers_words(server, asker):
    with pytest.raises(ModelError, match="no such path"):
        asker.score(CHATS, LABELS, form(server.url + "/elsewhere"))
