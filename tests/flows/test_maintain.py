"""The flow that looks after the store, and when it is run."""

import pytest
import yaml
from prefect.client.orchestration import get_client

from flows.local.settings import CHECKOUT
from flows.maintain import maintain
from tests.store.damage import flip, victim
from tickertone.workspace import HOME_VARIABLE

pytestmark = pytest.mark.slow


@pytest.fixture
def kept(copy, prefect_server, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(copy.workspace.root))
    return copy


def test_a_whole_store_completes_and_says_how_much_was_checked(kept):
    state = maintain(return_state=True)
    assert state.is_completed()
    assert "all as they were written" in state.message
    with get_client(sync_client=True) as client:
        keys = {artifact.key for artifact in client.read_artifacts()}
    assert {"verify", "prune"} <= keys


def test_damage_fails_the_run_and_changes_nothing(kept):
    page = victim(kept.workspace, "report page")
    flip(page, 100)
    state = maintain(return_state=True)
    assert state.is_failed()
    assert "1 wrong" in state.message
    assert "--mend" in state.message
    assert page.parent.name in state.message
    assert page.is_file()


def test_it_is_run_once_a_week():
    deployments = yaml.safe_load((CHECKOUT / "prefect.yaml").read_text())["deployments"]
    (mine,) = [d for d in deployments if d["name"] == "maintain"]
    (schedule,) = mine["schedules"]
    assert (schedule["cron"], schedule["timezone"]) == ("0 4 * * 0", "Europe/Berlin")
