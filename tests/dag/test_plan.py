"""What `plan` says of a run that is to come. That it then happens so: see `tests/recompute`."""

import json
import shutil
import subprocess
import sys
from itertools import chain

import pytest

from tests.dag.bench import PLAIN_STAGES
from tests.recompute.scenarios.models import new_model
from tests.recompute.scenarios.store import file_of
from tickertone.dag.execute import execute
from tickertone.dag.graph import STAGES
from tickertone.dag.plan import plan_experiment
from tickertone.dag.run import Run
from tickertone.errors import ConfigError

pytestmark = pytest.mark.slow


def learning_setting(bench):
    bench.edit("models.yaml", lambda c: c["models"]["words"].update(c=3.0))


def new_test_rows(bench):
    rows = bench.rows("headlines_test.csv")
    new = [["Quillmere books a record quarter", "positive"], ["Ostrava Foods moves", "neutral"]]
    bench.write_rows("headlines_test.csv", [*rows, *new])


def test_a_model_whose_base_cannot_be_had_is_blocked_before_anything_was_read(copy):
    base = {"hub": "an/encoder"}
    bare = {"family": "encoder", "tuning": "full", "trained_on": ["demo_headlines"], "base": base}
    copy.edit("models.yaml", lambda c: c["models"].update(bare=bare))
    copy.edit("experiments/small.yaml", lambda c: c["models"].append("bare"))
    shutil.rmtree(copy.workspace.var)
    verdicts = {s.step: s.verdict for s in plan_experiment(copy.workspace, "small").steps}
    assert verdicts["finetune bare"] == "blocked"
    assert verdicts["finetune words"] == "may run"


def test_after_the_run_everything_is_cached_again(copy):
    learning_setting(copy)
    assert not plan_experiment(copy.workspace, "small").all_cached
    copy.run()
    planned = plan_experiment(copy.workspace, "small")
    assert planned.all_cached
    assert str(planned) == "small: 21 steps, 21 cached"


def test_a_step_that_waits_for_another_also_says_what_changed_in_itself(copy):
    learning_setting(copy)
    reasons = {s.step: s.reasons for s in plan_experiment(copy.workspace, "small").steps}
    assert reasons["extract words/demo_wires"] == ("depends on what comes out of finetune words",)
    assert reasons["report small"] == (
        "depends on what comes out of finetune words, combine small/headlines/mean and 5 more",
    )
    assert reasons["combine small/wires/mean"] == (
        "depends on what comes out of extract words/demo_wires",
    )
    assert reasons["combine small/wires/stacking"] == (
        "depends on what comes out of extract words/demo_wires, extract words/demo_headlines",
    )


def test_refreshed_data_is_expected_to_come_out_as_before(copy):
    steps = plan_experiment(copy.workspace, "small", refresh=["ingest"]).steps
    by_verdict = {v: {s.step for s in steps if s.verdict == v} for v in ("will run", "may run")}
    assert {step.split()[0] for step in by_verdict["will run"]} == {"ingest"}
    assert by_verdict["may run"] == set()


def test_half_a_run_later_the_rows_that_are_left_to_score_are_known(copy):
    new_test_rows(copy)
    run = Run.open(copy.workspace, "small")
    for stage in ("ingest", "validate"):
        for step in chain.from_iterable(run.waves(stage)):
            run.done(step, *execute(step, copy.workspace, lambda _line: None), 0.0)

    steps = {s.step: s for s in plan_experiment(copy.workspace, "small").steps}
    extract = steps["extract words/demo_headlines"]
    assert extract.verdict == "will run"
    assert extract.reasons == ("2 new rows in demo_headlines test",)
    assert extract.rows == 2
    assert steps["finetune words"].verdict == "cached"
    assert steps["extract words/demo_wires"].verdict == "cached"


def test_the_texts_of_rows_that_are_not_read_in_yet_are_counted(copy):
    new_test_rows(copy)
    extract = {s.step: s for s in plan_experiment(copy.workspace, "small").steps}[
        "extract words/demo_headlines"
    ]
    assert (extract.verdict, extract.rows) == ("may run", 2)
    assert extract.seconds == pytest.approx(0, abs=0.2)


def test_a_model_that_changes_scores_each_text_of_two_data_sets_once(copy):
    learning_setting(copy)
    rows = {s.step: s.rows for s in plan_experiment(copy.workspace, "small").steps}
    (texts,) = copy.ask("SELECT count(DISTINCT text_id) FROM examples WHERE split <> 'train'")[0]
    of_model = [n for step, n in rows.items() if step.startswith("extract words/")]
    assert sum(of_model) == texts


def test_of_two_steps_that_lost_the_same_shard_one_may_make_it_for_both(copy):
    text = copy.rows("headlines_test.csv")[1][0]
    with (copy.data / "demo" / "wires.txt").open("ab") as file:
        file.write(f"{text}@neutral\n".encode())
    copy.run()
    file_of(copy, "extract words/demo_headlines", "logits:test").unlink()
    steps = {s.step: s for s in plan_experiment(copy.workspace, "small").steps}
    assert steps["extract words/demo_headlines"].verdict == "will run"
    assert steps["extract words/demo_wires"].verdict == "may run"
    assert steps["extract words/demo_wires"].reasons[0] == (
        "shares a lost file with extract words/demo_headlines"
    )
    computed = copy.computed()
    assert "extract words/demo_headlines" in computed
    assert computed <= {name for name, step in steps.items() if step.verdict != "cached"}


def test_what_is_asked_for_runs_whatever_comes_out_before_it(copy):
    learning_setting(copy)
    steps = plan_experiment(copy.workspace, "small", refresh=["extract"]).steps
    assert {s.verdict for s in steps if s.stage == "extract"} == {"will run"}
    depending = next(s for s in steps if s.step == "extract words/demo_wires")
    assert depending.reasons == (
        "to be computed anew, as asked",
        "depends on what comes out of finetune words",
    )


def test_a_damaged_file_of_an_earlier_result_does_not_stop_the_plan(copy):
    file_of(copy, "validate demo_headlines", "test").write_bytes(b"PAR1")
    new_test_rows(copy)
    steps = {s.step: s for s in plan_experiment(copy.workspace, "small").steps}
    assert steps["validate demo_headlines"].verdict == "may run"


def test_a_first_run_is_planned_in_an_empty_store(bench):
    planned = plan_experiment(bench.workspace, "small")
    by_stage = {stage: {s.verdict for s in planned.steps if s.stage == stage} for stage in STAGES}
    not_asked_for = {stage: set() for stage in STAGES}
    may = {stage: {"may run"} for stage in PLAIN_STAGES}
    assert by_stage == not_asked_for | may | {"ingest": {"will run"}}
    assert all(step.reasons[0] == "never run before" for step in planned.steps)
    assert all(step.seconds is None for step in planned.steps)
    assert not bench.workspace.var.exists()


def test_the_time_of_a_step_is_estimated_from_the_past(copy):
    manifest = file_of(copy, "finetune words", "measurements").with_name("manifest.json")
    took = json.loads(manifest.read_bytes())["facts"]["seconds"]
    learning_setting(copy)
    new_model(copy, None)
    seconds = {s.step: s.seconds for s in plan_experiment(copy.workspace, "small").steps}
    assert seconds["finetune words"] == round(took, 1)
    assert seconds["finetune letters"] == 0
    assert seconds["finetune long_letters"] > 0


def test_two_models_of_one_recipe_are_one_piece_of_work(copy):
    def twin(c):
        c["models"]["words"].update(c=3.0)
        c["models"]["twin"] = dict(c["models"]["words"])

    copy.edit("models.yaml", twin)
    copy.edit("experiments/small.yaml", lambda c: c["models"].append("twin"))
    steps = {s.step: s for s in plan_experiment(copy.workspace, "small").steps}
    assert steps["finetune words"].verdict == "will run"
    assert steps["finetune twin"].verdict == "may run"
    assert steps["finetune twin"].reasons[0] == "the same work as finetune words"


def test_labels_that_drift_too_far_are_foreseen(copy):
    header, *rows = copy.rows("headlines_test.csv")
    copy.write_rows("headlines_test.csv", [header, *([text, "negative"] for text, _ in rows)])
    run = Run.open(copy.workspace, "small")
    for step in chain.from_iterable(run.waves("ingest")):
        run.done(step, *execute(step, copy.workspace, lambda _line: None), 0.0)
    steps = {s.step: s for s in plan_experiment(copy.workspace, "small").steps}
    assert steps["validate demo_headlines"].verdict == "blocked"
    assert "label" in steps["validate demo_headlines"].reasons[0]


def test_a_source_with_another_checksum_is_foreseen(copy):
    def pin(c):
        c["datasets"]["demo_wires"]["splits"]["test"]["files"][0]["sha256"] = "0" * 64

    copy.edit("datasets.yaml", pin)
    steps = {s.step: s for s in plan_experiment(copy.workspace, "small").steps}
    assert steps["ingest demo_wires"].verdict == "blocked"
    assert "wrong checksum" in steps["ingest demo_wires"].reasons[0]
    summary, _ = copy.run()
    assert "ingest demo_wires" in summary.failures[0]


def test_an_unknown_experiment_names_those_there_are(bench):
    with pytest.raises(ConfigError, match="small"):
        plan_experiment(bench.workspace, "smal")


def loaded(bench):
    """The heavy libraries that a plan loads, in a process of its own."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tickertone.dag.plan import plan_experiment\n"
        "from tickertone.workspace import Workspace\n"
        "assert plan_experiment(Workspace(Path(sys.argv[1])), 'small').steps\n"
        "heavy = {'torch', 'sklearn', 'transformers', 'great_expectations', 'pandas', 'duckdb',"
        " 'scipy', 'prefect', 'datasets', 'huggingface_hub'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, str(bench.workspace.root)]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_planning_loads_nothing_heavy(copy):
    assert loaded(copy) == set()
    new_test_rows(copy)
    file_of(copy, "extract words/demo_wires", "logits:test").unlink()
    assert loaded(copy) <= {"pandas"}  # pyarrow looks for it where it makes a table of rows
