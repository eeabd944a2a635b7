"""A key is in no file, line, error or object that shows itself."""

import logging
import traceback

import pytest
from pydantic import SecretStr

from tests.endpoint.conftest import form
from tests.models.tiny import LABELS, texts
from tickertone.catalog.mistakes import explain
from tickertone.endpoint import keys
from tickertone.endpoint.client import Client
from tickertone.endpoint.keys import find_key, hand_in, without
from tickertone.endpoint.ledger import Ledger
from tickertone.endpoint.question import Message, question
from tickertone.errors import ConfigError, SourceUnavailable, TickertoneError

KEY = "sk-tiny-0123456789-never-to-be-seen"


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setenv("TINY_KEY", KEY)
    return "TINY_KEY"


def test_a_key_comes_from_the_environment(key):
    assert find_key(key) == SecretStr(KEY)
    assert find_key(None) is None


def test_a_key_that_the_program_hands_in_goes_before_the_environment(key, monkeypatch):
    monkeypatch.setattr(keys, "_handed_in", {})
    hand_in(key, SecretStr("other"))
    assert find_key(key) == SecretStr("other")


def test_a_key_that_is_nowhere_is_an_error_that_names_the_variable(monkeypatch):
    monkeypatch.delenv("TINY_KEY", raising=False)
    with pytest.raises(ConfigError, match="TINY_KEY: not set"):
        find_key("TINY_KEY")


@pytest.mark.parametrize("wrong", [f"{KEY}\nX: y", f"{KEY}\u20ac", f"{KEY} {KEY}"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(monkeypatch, wrong):
    monkeypatch.setenv("TINY_KEY", wrong)
    with pytest.raises(ConfigError) as caught:
        find_key("TINY_KEY")
    assert KEY not in str(caught.value)


def test_a_key_written_into_the_catalog_is_refused_without_repeating_it():
    from pydantic import ValidationError

    from tickertone.catalog.forms.endpoint import EndpointForm

    for raw in (
        {"family": "endpoint", "url": "http://127.0.0.1/v1", "model": "m", "service": {"key": KEY}},
        {"family": "endpoint", "url": f"https://x:{KEY}@host/v1", "model": "m"},
        {"family": "endpoint", "url": f"https://host/v1?key={KEY}", "model": "m"},
        {"family": "endpoint", "url": "http://127.0.0.1/v1", "model": "m", "api_key": KEY},
    ):
        with pytest.raises(ValidationError) as caught:
            EndpointForm.model_validate(raw)
        assert KEY not in str(explain(caught.value, "data/models.yaml", raw, EndpointForm))


def test_the_key_is_blotted_out_of_a_servers_words():
    assert without(f"bad key {KEY}!", SecretStr(KEY)) == "bad key [key]!"
    assert without('"a\\"b"', SecretStr('a"b')) == '"[key]"'
    assert without("nothing", None) == "nothing"


def test_a_client_does_not_show_its_key(tmp_path, key):
    asked = form("http://127.0.0.1:9/v1", {"key": key})
    with (
        Ledger.of(asked, tmp_path, tmp_path / "locks") as ledger,
        Client(asked, ledger, lambda: find_key(key)) as client,
    ):
        shown = repr(client) + repr(vars(client)) + repr(vars(client._http))
        assert KEY not in shown
        assert KEY not in repr(asked)
        assert KEY not in asked.model_dump_json()


def test_a_transport_error_does_not_show_it_either(tmp_path, key):
    asked = form("http://127.0.0.1:9/v1", {"key": key, "attempts": 1})
    with (
        Ledger.of(asked, tmp_path, tmp_path / "locks") as ledger,
        Client(asked, ledger, lambda: find_key(key)) as client,
        pytest.raises(SourceUnavailable) as caught,
    ):
        client.ask(question(asked, "a prompt"))
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.slow
def test_a_whole_run_with_troubles_writes_the_key_nowhere(
    server, asker, key, short_pauses, caplog, capfd, tmp_path
):
    caplog.set_level(logging.DEBUG)
    server.key = KEY
    server.casing = lambda text: f"{text} {KEY}"  # a server that repeats the key in its answers
    server.troubles = [(500,), (429, {"Retry-After": "0.01"}), ("truncated",)]
    service = {"key": key, "price_in": 1, "price_out": 1, "spend_at_most": 1, "timeout_seconds": 5}
    chats = [(Message("user", str(text)),) for text in texts()[:5]]
    asked = form(server.url, service, scores="votes", votes=3)
    scored = asker.score(chats, LABELS, asked)
    server.troubles = [(403,)]  # its words hold the whole header
    more = asked.model_copy(update={"first_seed": 100})
    with pytest.raises(TickertoneError) as refused:
        asker.score(chats, LABELS, more)
    server.troubles = [(503,)] * 99
    with pytest.raises(TickertoneError) as given_up:
        asker.score(chats, LABELS, more)
    written = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    output = capfd.readouterr()
    errors = "".join(
        "".join(traceback.format_exception(e.value)) + repr(e.value) for e in (refused, given_up)
    )
    for where in (
        written,
        caplog.text,
        output.out,
        output.err,
        errors,
        repr(scored),
        *asker.said,
        asked.model_dump_json(),
    ):
        assert KEY not in where
        assert KEY[3:] not in where
    assert "[key]" in written
    assert "[key]" in errors
