import pytest
from pydantic import ValidationError

from tickertone.catalog.forms.endpoint import EndpointForm, is_loopback

PROMPT = {"instruction": "", "example": "{text}", "cue": "Sentiment:"}
FREE = {"price_in": 0, "price_out": 0, "spend_at_most": 0}


def made(url, service=None, **changes):
    fields = {
        "family": "endpoint",
        "url": url,
        "model": "m",
        "prompt": PROMPT,
        "service": service or {},
    }
    return EndpointForm.model_validate({**fields, **changes})


def test_https_and_this_machine_are_allowed():
    assert made("https://models.example/v1", FREE)
    assert made("http://127.0.0.1:8000/v1")
    assert made("http://[::1]:8000/v1")


@pytest.mark.parametrize(
    "url",
    [
        "http://models.example/v1",
        "http://127.0.0.1.models.example/v1",
        "http://10.0.0.7/v1",
        "http://localhost.models.example",
    ],
)
def test_another_machine_without_encryption_is_refused_unless_allowed(url):
    assert not is_loopback(url)
    with pytest.raises(ValidationError, match="allow_http"):
        made(url, FREE)
    assert made(url, FREE, allow_http=True)


@pytest.mark.parametrize("url", ["models.example", "ftp://x/v1", "https://", "https://x:y/v1", ""])
def test_what_is_no_address_is_refused(url):
    with pytest.raises(ValidationError, match="not an address"):
        made(url, FREE)


@pytest.mark.parametrize(
    "url",
    [
        "https://me:pass@models.example/v1",
        "https://models.example/v1?key=pass",
        "https://models.example/v1#pass",
    ],
)
def test_an_address_that_could_hold_a_key_is_refused(url):
    with pytest.raises(ValidationError, match=r"service\.key"):
        made(url, FREE)


@pytest.mark.parametrize("lacking", sorted(FREE))
def test_a_server_on_another_machine_needs_prices_and_a_cap(lacking):
    with pytest.raises(ValidationError, match="needs price_in"):
        made("https://models.example/v1", {k: v for k, v in FREE.items() if k != lacking})


def test_a_cap_without_prices_is_refused():
    with pytest.raises(ValidationError, match="a cap needs"):
        made("http://127.0.0.1/v1", {"spend_at_most": 1})


def test_a_key_in_place_of_its_variable_is_refused():
    with pytest.raises(ValidationError, match="does not belong into this file"):
        made("http://127.0.0.1/v1", {"key": "sk-abcdef"})


def test_fields_that_are_ours_cannot_be_set_as_extra():
    with pytest.raises(ValidationError, match="messages, seed cannot be set here"):
        made("http://127.0.0.1/v1", extra={"seed": 1, "messages": [], "user": "me"})
