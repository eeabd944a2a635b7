"""`tickertone plan` and `why` as a person types them, in a workspace that was never run."""

import json
import time

import pytest


def test_a_plan_of_an_empty_store_names_every_step_and_writes_nothing(tickertone):
    answer = tickertone("plan", "demo")
    assert answer.code == 0
    assert "finetune demo_minilm" in answer.out
    assert "never run before" in answer.out
    assert ", 0 cached, " in answer.out.splitlines()[-1]
    assert not (tickertone.root / "var").exists()


def test_a_plan_as_json_has_one_object_a_step(tickertone):
    steps = json.loads(tickertone("plan", "demo", "--json").out)
    ingest = next(step for step in steps if step["step"] == "ingest demo_wires")
    assert ingest["verdict"] == "will run"
    assert ingest["reasons"] == ["never run before"]
    assert len(ingest["fingerprint"]) == 64


def test_check_fails_where_anything_would_run(tickertone):
    assert tickertone("plan", "demo", "--check").code == 1


def test_a_mistake_is_told_apart_from_work_to_do(tickertone):
    answer = tickertone("plan", "dmeo", "--check")
    assert answer.code == 2
    assert answer.err.startswith("error: ")
    assert "demo" in answer.err


def test_a_source_that_is_nowhere_is_told_beforehand(tickertone):
    (tickertone.data / "demo" / "wires.txt").unlink()
    steps = {s["step"]: s for s in json.loads(tickertone("plan", "demo", "--json").out)}
    assert steps["ingest demo_wires"]["verdict"] == "blocked"
    assert "wires.txt" in steps["ingest demo_wires"]["reasons"][0]
    assert steps["evaluate demo/demo_wires"]["verdict"] == "blocked"
    assert steps["evaluate demo/demo_headlines"]["verdict"] == "may run"


def test_models_that_were_not_chosen_are_not_computed(tickertone):
    out = tickertone("plan", "demo", "--model", "demo_tfidf", "--json").out
    steps = {s["step"]: s for s in json.loads(out)}
    assert steps["finetune demo_tfidf"]["verdict"] == "may run"
    assert steps["finetune demo_minilm"]["verdict"] == "blocked"
    assert "not chosen" in steps["finetune demo_minilm"]["reasons"][0]


def test_why_tells_what_is_next_for_a_step(tickertone):
    answer = tickertone("why", "finetune demo_tfidf")
    assert answer.code == 0
    assert "computed in 0 runs" in answer.out
    assert "now: a run of demo may have to compute it: never run before" in answer.out


def test_why_names_the_steps_that_a_misspelt_one_may_mean(tickertone):
    answer = tickertone("why", "finetune demo_tfdif")
    assert answer.code == 1
    assert '"finetune demo_tfidf"' in answer.err
    assert "Traceback" not in answer.err


def test_a_misspelt_stage_to_refresh_names_the_stages(tickertone):
    answer = tickertone("plan", "demo", "--refresh", "fine-tune")
    assert answer.code == 2
    assert "finetune" in answer.err


@pytest.mark.slow
def test_a_leaderboard_says_of_what_run_its_figures_are(copy, tickertone):
    tickertone.root, tickertone.data = copy.workspace.root, copy.data
    assert "the figures of run" not in tickertone("leaderboard", "small").out
    (run,) = [path.stem for path in copy.workspace.runs.glob("*.jsonl")]
    (copy.data / "demo" / "wires.txt").unlink()
    time.sleep(1.1)  # runs are named after the second in which they began
    copy.run()
    told = [line for line in tickertone("leaderboard", "small").out.splitlines() if run in line]
    assert told == [f"wires: the figures of run {run}; no later run got as far as evaluating it"]
