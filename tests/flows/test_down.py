"""A run that `make down` cuts short is over: in Prefect's history, and for the next one's turn."""

import json
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime

import pytest
import yaml

from flows.local import processes, server
from flows.local.cancel import cancel_runs_of_deployments
from flows.local.settings import CHECKOUT

pytestmark = pytest.mark.slow


def module(environment, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def ask(api, path, body=None):
    content = {"Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{api}/{path}", data, content)) as answer:
        return json.load(answer)


@pytest.fixture
def api(light_workspace, light_environment):
    """A server with its worker, and an experiment whose training takes its time."""
    path = light_workspace.data / "experiments" / "demo.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "models": ["demo_minilm"]}))
    try:
        module(light_environment, "flows.local.up", "--port", str(server.free_port()))
        yield server.running(light_workspace)
    finally:
        module(light_environment, "flows.local.down")


def test_a_run_that_its_worker_calls_crashed_meanwhile_is_cancelled_and_an_older_one_is_not(api):
    nightly = ask(api, "deployments/name/nightly/run-experiment")
    body = {"flow_id": nightly["flow_id"], "deployment_id": nightly["id"]}
    late = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2999-01-01T00:00:00Z"}}
    run = ask(api, "flow_runs/", {**body, "state": late})["id"]
    began = datetime.now(UTC)
    crashed = {"state": {"type": "CRASHED", "name": "Crashed"}, "force": True}
    ask(api, f"flow_runs/{run}/set_state", crashed)
    assert cancel_runs_of_deployments(api, datetime.now(UTC)) == 0
    assert cancel_runs_of_deployments(api, began) == 1
    assert ask(api, f"flow_runs/{run}")["state"]["name"] == "Cancelled"


def test_a_run_that_is_cut_short_is_cancelled_and_holds_no_place(
    api, light_workspace, light_environment
):
    nightly = ask(api, "deployments/name/nightly/run-experiment")
    start = f"deployments/{nightly['id']}/create_flow_run"
    run = ask(api, start, {"parameters": {"experiment": "demo"}})
    under_way = {"flow_runs": {"id": {"any_": [run["id"]]}}}
    under_way["task_runs"] = {"state": {"type": {"any_": ["RUNNING"]}}}
    while not (found := ask(api, "task_runs/filter", under_way)):
        time.sleep(0.2)

    said = module(light_environment, "flows.local.down")

    assert "cut short, and noted as cancelled: 1 run" in said
    assert processes.marked("TICKERTONE_HOME", str(light_workspace.root)) == []
    port = str(server.free_port())
    module(light_environment, "flows.local.up", "--port", port)
    again = server.running(light_workspace)
    state = ask(again, f"flow_runs/{run['id']}")["state"]
    assert (state["type"], state["name"]) == ("CANCELLED", "Cancelled")
    assert "make down" in state["message"]
    for task in found:
        assert ask(again, f"task_runs/{task['id']}")["state_type"] != "RUNNING"
    limit = ask(again, "deployments/name/nightly/run-experiment")["global_concurrency_limit"]
    assert limit["active_slots"] == 0
