import pytest

from tests.endpoint.conftest import form
from tickertone.catalog.datasets import LicenceSpec
from tickertone.endpoint.leave import refuse_what_may_not_leave
from tickertone.errors import ConfigError

REMOTE = form("https://models.example/v1", {"price_in": 0, "price_out": 0, "spend_at_most": 0})
OPEN = LicenceSpec(name="CC-BY-4.0", commercial=True, may_leave=True)
KEPT = LicenceSpec(name="CC-BY-NC-SA-3.0", commercial=False)


def test_texts_whose_licence_keeps_them_here_are_not_sent_to_another_machine():
    with pytest.raises(ConfigError, match="texts of phrases would be sent") as caught:
        refuse_what_may_not_leave("model m", REMOTE, {"tweets": OPEN, "phrases": KEPT})
    assert "may_leave" in caught.value.remedy


def test_others_are():
    refuse_what_may_not_leave("model m", REMOTE, {"tweets": OPEN})


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:80", "127.9.9.9"])
def test_what_is_sent_to_this_machine_does_not_leave_it(host):
    refuse_what_may_not_leave("model m", form(f"http://{host}/v1"), {"phrases": KEPT})
