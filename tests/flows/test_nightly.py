"""The flow on made-up steps: cached across runs, branches apart, retries only where they help."""

import json

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterKey,
    FlowRunFilter,
    FlowRunFilterId,
)
from prefect.client.schemas.objects import State
from prefect.client.schemas.sorting import ArtifactSort

from flows.nightly import nightly
from tickertone.errors import DataError, SourceUnavailable

pytestmark = pytest.mark.slow

ALL = {
    "ingest tweets",
    "ingest news",
    "validate tweets",
    "validate news",
    "finetune small",
}


def run(**parameters) -> State:
    return nightly("demo", **parameters, return_state=True)


def outcomes(state: State) -> dict[str, str]:
    """Name of a task run -> name of its final state."""
    wanted = FlowRunFilter(id=FlowRunFilterId(any_=[state.state_details.flow_run_id]))
    with get_client(sync_client=True) as client:
        return {run.name: run.state_name for run in client.read_task_runs(flow_run_filter=wanted)}


def test_the_first_run_does_every_step_once(made_up):
    state = run()

    assert state.is_completed()
    assert sorted(made_up.calls) == sorted(ALL)


def test_the_second_run_is_cached_from_end_to_end(made_up):
    run()
    made_up.calls.clear()

    state = run()

    assert made_up.calls == []
    assert "5 cached" in state.message
    assert "nothing was recomputed" in state.message


def test_a_step_whose_artifact_is_gone_runs_again_and_no_other_does(made_up):
    run()
    made_up.calls.clear()
    made_up.artifact("validate tweets").unlink()

    state = run()

    assert state.is_completed()
    assert made_up.calls == ["validate tweets"]


def test_a_step_whose_artifact_was_cut_short_runs_again(made_up):
    run()
    made_up.calls.clear()
    made_up.artifact("ingest news").write_text("ne")

    run()

    assert made_up.calls == ["ingest news"]


def test_finished_steps_are_adopted_when_prefects_own_records_are_lost(made_up):
    run()
    made_up.calls.clear()
    for record in (made_up.workspace.var / "prefect" / "results").iterdir():
        record.unlink()

    state = run()

    assert made_up.calls == []
    assert "5 cached" in state.message


def test_a_refreshed_stage_is_computed_anew_and_what_follows_is_not(made_up):
    run()
    made_up.calls.clear()

    run(refresh=["ingest"])

    assert sorted(made_up.calls) == ["ingest news", "ingest tweets"]


def test_a_branch_that_fails_leaves_its_siblings_alone(made_up):
    def fail() -> None:
        raise DataError("news.csv", found="no column `text`", remedy="correct the header")

    made_up.deeds["ingest news"] = fail

    state = run()

    assert set(made_up.calls) == ALL - {"validate news"}
    assert state.is_failed()
    assert "ingest news failed: news.csv: no column `text`" in state.message
    assert "1 blocked" in state.message


def test_the_failure_names_the_command_that_resumes(made_up):
    def fail() -> None:
        raise DataError("tweets.csv", found="empty")

    made_up.deeds["ingest tweets"] = fail

    state = run()

    assert state.message.endswith("resume with: tickertone run demo")


def test_an_error_of_the_data_is_not_tried_again(made_up):
    def fail() -> None:
        raise DataError("tweets.csv", found="empty")

    made_up.deeds["ingest tweets"] = fail

    run()

    assert made_up.calls.count("ingest tweets") == 1


def test_a_source_that_does_not_answer_is_asked_again(made_up, monkeypatch):
    monkeypatch.setattr("tasks.ingest.ingest.retry_delay_seconds", [0, 0, 0])
    monkeypatch.setattr("tasks.ingest.ingest.retry_jitter_factor", None)

    def answer_at_the_third_time() -> None:
        if made_up.calls.count("ingest news") < 3:
            raise SourceUnavailable("the Hub", found="status 503")

    made_up.deeds["ingest news"] = answer_at_the_third_time

    state = run()

    assert state.is_completed()
    assert made_up.calls.count("ingest news") == 3


def test_an_error_that_nobody_foresaw_fails_the_step_and_not_the_run(made_up):
    made_up.deeds["ingest news"] = lambda: [][0]

    state = run()

    assert state.is_failed()
    assert "finetune small" in made_up.calls
    assert "IndexError" in state.message


def plan_table() -> dict[str, str]:
    """Step -> verdict, of the artifact `plan` that was published last."""
    with get_client(sync_client=True) as client:
        newest = ArtifactFilter(key=ArtifactFilterKey(any_=["plan"]))
        found = client.read_artifacts(artifact_filter=newest, sort=ArtifactSort.CREATED_DESC)
    return {row["step"]: row["verdict"] for row in json.loads(found[0].data)}


def test_a_plan_that_fails_stops_no_run(made_up, monkeypatch):
    def broken(*_):
        raise ValueError("no such thing")

    monkeypatch.setattr("flows.steps.plan", broken)
    state = run()
    assert state.is_completed()
    assert "warning: no plan: ValueError('no such thing')" in state.message


def test_every_run_publishes_its_plan_before_the_first_step(made_up):
    run()
    assert plan_table() == {
        step: "will run" if step.startswith("ingest") else "may run" for step in ALL
    }
    made_up.artifact("validate news").unlink()
    run()
    assert plan_table() == dict.fromkeys(ALL, "cached") | {"validate news": "will run"}


def test_task_runs_say_what_they_do_and_that_they_were_cached(made_up):
    from prefect.events.worker import EventsWorker

    run()
    state = run()
    EventsWorker.drain_all()  # task states travel as events

    assert outcomes(state) == {**dict.fromkeys(ALL, "Cached"), "index": "Completed"}
