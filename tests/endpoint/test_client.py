"""How long a client waits, on a clock that only waiting moves, with a server that is real."""

import random
from email.utils import formatdate

import pytest

from tests.endpoint.conftest import form
from tests.endpoint.tiny_causal import ASKING
from tickertone.endpoint.client import Client
from tickertone.endpoint.ledger import Ledger
from tickertone.endpoint.pace import Clock
from tickertone.endpoint.question import question
from tickertone.endpoint.ways import NotOffered
from tickertone.errors import ModelError, SourceUnavailable

pytestmark = pytest.mark.slow
CALENDAR = 1_800_000_000.0


class Watch:
    """What was waited for."""

    def __init__(self):
        self.time = 100.0

    @property
    def clock(self):
        return Clock(now=lambda: self.time, calendar=lambda: CALENDAR, sleep=self._sleep)

    def _sleep(self, seconds):
        self.time += seconds


def waited(server, tmp_path, troubles, **service):
    """Seconds until the answer to one question, and the ledger's spending."""
    server.troubles = troubles
    watch = Watch()
    asked = form(server.url, service)
    with (
        Ledger.of(asked, tmp_path, tmp_path / "locks") as ledger,
        Client(asked, ledger, lambda: None, clock=watch.clock, chance=random.Random(1)) as client,
    ):
        client.ask(question(asked, f"The mill{ASKING}", max_tokens=2))
        return watch.time - 100, ledger.spent


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    "said", ["30", formatdate(CALENDAR + 30, usegmt=True)], ids=["seconds", "date"]
)
def test_a_client_waits_as_long_as_it_is_asked_to_and_up_to_a_second_more(
    server, tmp_path, status, said
):
    seconds, _ = waited(server, tmp_path, [(status, {"Retry-After": said})])
    assert 30 <= seconds <= 31


def test_where_the_server_does_not_say_pauses_double(server, tmp_path):
    seconds, _ = waited(server, tmp_path, [(500,), (502,), ("truncated",)])
    assert (1 + 2 + 4) / 2 <= seconds <= 1 + 2 + 4


def test_a_limit_that_is_used_up_is_waited_for(server, tmp_path):
    used_up = {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "20s"}
    seconds, _ = waited(server, tmp_path, [(429, used_up)])
    assert 20 <= seconds <= 21


def test_a_wait_longer_than_allowed_ends_the_step_at_once(server, tmp_path):
    with pytest.raises(SourceUnavailable, match="asks to wait 3600 s"):
        waited(server, tmp_path, [(429, {"Retry-After": "3600"})], wait_at_most_seconds=600)
    assert len(server.bodies) == 1


def test_used_up_credit_is_not_tried_again(server, tmp_path):
    with pytest.raises(ModelError, match="HTTP 402"):
        waited(server, tmp_path, [(402,)])
    assert len(server.bodies) == 1


def test_a_redirect_is_not_followed(server, tmp_path):
    with pytest.raises(ModelError, match="HTTP 307"):
        waited(server, tmp_path, [(307, {"Location": f"{server.url}/completions"})])
    assert len(server.bodies) == 1


def test_what_the_server_cannot_do_is_told_apart_and_costs_nothing(server, tmp_path):
    with pytest.raises(NotOffered, match="HTTP 400"):
        waited(server, tmp_path, [(400,)], price_in=1, price_out=1, spend_at_most=1)
    _, spent = waited(server, tmp_path, [], price_in=1e6, price_out=0, spend_at_most=1e6)
    assert spent == len(server.tiny.tokenizer(f"The mill{ASKING}")["input_ids"])


def test_an_answer_that_may_have_been_charged_counts_at_the_most_it_can_cost(server, tmp_path):
    priced = {"price_in": 1e6, "price_out": 0, "spend_at_most": 1e6}
    _, once = waited(server, tmp_path / "once", [], **priced)
    _, spent = waited(server, tmp_path / "twice", [("truncated",)], **priced)
    assert spent == once + len(f"The mill{ASKING}") + 1


def test_a_server_that_counts_no_tokens_is_charged_at_the_most(server, tmp_path):
    server.usage = False
    _, spent = waited(server, tmp_path, [], price_in=1e6, price_out=1e6, spend_at_most=1e6)
    assert spent == len(f"The mill{ASKING}") + 1 + 2
