"""Keys of endpoints that are kept in Prefect's secret blocks."""

import pytest
from prefect.blocks.system import Secret

from tasks.secrets import hand_in_key
from tickertone.endpoint import keys
from tickertone.errors import ConfigError
from tickertone.identity.fingerprint import Parts
from tickertone.store.manifest import Step

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]
WORD = "a-word-that-nobody-may-see"


def step_of(variable):
    parts = Parts(stage="extract", settings={}, inputs={}, code={}, libraries={})
    return Step(
        subject="asked/tweets",
        parts=parts,
        inputs={},
        notes={"form": {"family": "endpoint", "service": {"key": variable}}},
    )


@pytest.fixture(autouse=True)
def nothing_handed_in(monkeypatch):
    monkeypatch.setattr(keys, "_handed_in", {})


def test_a_key_comes_from_the_block_of_its_name():
    Secret(value=WORD).save("desk-key", overwrite=True)
    hand_in_key(step_of("DESK_KEY"))
    found = keys.find_key("DESK_KEY")
    assert found.get_secret_value() == WORD
    assert WORD not in repr(found)


def test_the_environment_comes_before_the_block(monkeypatch):
    Secret(value=WORD).save("other-key", overwrite=True)
    monkeypatch.setenv("OTHER_KEY", "from-the-environment")
    hand_in_key(step_of("OTHER_KEY"))
    assert keys.find_key("OTHER_KEY").get_secret_value() == "from-the-environment"


def test_a_key_that_is_nowhere_is_asked_for_by_both_its_names():
    hand_in_key(step_of("LOST_KEY"))
    with pytest.raises(ConfigError, match=r"export LOST_KEY.*secret block lost-key"):
        keys.find_key("LOST_KEY")


def test_a_step_without_a_key_asks_for_none():
    hand_in_key(step_of(None))
    hand_in_key(step_of(None).model_copy(update={"notes": {}}))
    assert keys._handed_in == {}
