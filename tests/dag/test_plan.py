"""What `plan` says beforehand is what then happens, and nothing is written to say it."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from tests.dag.bench import Bench
from tickertone.dag.execute import execute
from tickertone.dag.graph import STAGES
from tickertone.dag.plan import plan_experiment
from tickertone.dag.run import Run
from tickertone.errors import ConfigError
from tickertone.identity import code
from tickertone.store.artifacts import Artifacts

pytestmark = pytest.mark.slow

ENDS = {"evaluate small/headlines", "evaluate small/wires", "report small"}
COMBINE_HEADLINES = {"combine small/headlines/mean", "combine small/headlines/stacking"}
COMBINE_WIRES = {"combine small/wires/mean", "combine small/wires/stacking"}
COMBINE = COMBINE_HEADLINES | COMBINE_WIRES
WORDS = {"extract words/demo_headlines", "extract words/demo_wires"}
LETTERS = {"extract letters/demo_headlines", "extract letters/demo_wires"}
FINETUNE = {"finetune words", "finetune letters"}
ON_WIRES = {
    "extract words/demo_wires",
    "extract letters/demo_wires",
    *COMBINE_WIRES,
    "evaluate small/wires",
}
VALIDATE = {"validate demo_headlines", "validate demo_wires"}
AFTER_HEADLINES_TEST = {
    "validate demo_headlines",
    "extract words/demo_headlines",
    "extract letters/demo_headlines",
    *COMBINE_HEADLINES,
    "evaluate small/headlines",
    "report small",
}


def nothing(_bench, _monkeypatch):
    pass


def learning_setting(bench, _monkeypatch):
    bench.edit("models.yaml", lambda c: c["models"]["words"].update(c=3.0))


def new_test_rows(bench, _monkeypatch):
    rows = bench.rows("headlines_test.csv")
    new = [["Quillmere books a record quarter", "positive"], ["Ostrava Foods moves", "neutral"]]
    bench.write_rows("headlines_test.csv", [*rows, *new])


def new_training_row(bench, _monkeypatch):
    rows = bench.rows("headlines_train.csv")
    new = ["Quillmere cuts its outlook for a third time", "negative"]
    bench.write_rows("headlines_train.csv", [*rows, new])


def relabelled_test_row(bench, _monkeypatch):
    rows = bench.rows("headlines_test.csv")
    rows[1][1] = "neutral" if rows[1][1] != "neutral" else "positive"
    bench.write_rows("headlines_test.csv", rows)


def lost_test_row(bench, _monkeypatch):
    path = bench.data / "demo" / "wires.txt"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[1:]))


def other_order(bench, _monkeypatch):
    header, *rows = bench.rows("headlines_test.csv")
    bench.write_rows("headlines_test.csv", [header, *reversed(rows)])


def changed_code(_bench, monkeypatch):
    read = code._read

    def altered(name, path):
        module = read(name, path)
        return replace(module, tree="0" * 64) if name == "tickertone.training.worker" else module

    monkeypatch.setattr(code, "_read", altered)
    monkeypatch.setattr(code, "_read_once", altered)


def deleted_file(bench, _monkeypatch):
    _file_of(bench, "evaluate small/headlines", "leaderboard").unlink()


def file_cut_short(bench, _monkeypatch):
    _file_of(bench, "evaluate small/headlines", "leaderboard").write_bytes(b"PAR1")


def deleted_result(bench, _monkeypatch):
    _file_of(bench, "finetune words", "measurements").with_name("manifest.json").unlink()


def torn_manifest(bench, _monkeypatch):
    path = _file_of(bench, "finetune words", "measurements").with_name("manifest.json")
    path.write_bytes(path.read_bytes()[:-10])


def deleted_shard(bench, _monkeypatch):
    _file_of(bench, "extract words/demo_wires", "logits:test").unlink()


def new_model(bench, _monkeypatch):
    recipe = {
        "family": "linear",
        "trained_on": ["demo_headlines"],
        "features": {"kind": "tfidf", "char_ngrams": [3, 4], "min_df": 1},
    }
    bench.edit("models.yaml", lambda c: c["models"].update(long_letters=recipe))
    bench.edit("experiments/small.yaml", lambda c: c["models"].append("long_letters"))


def label_map(bench, _monkeypatch):
    bench.edit(
        "datasets.yaml", lambda c: c["datasets"]["demo_wires"]["labels"].update(up="positive")
    )


def combiner_setting(bench, _monkeypatch):
    bench.edit("experiments/small.yaml", lambda c: c["combiners"]["stacking"].update(c=0.5))


def missing_source(bench, _monkeypatch):
    (bench.data / "demo" / "wires.txt").unlink()


def _file_of(bench, step, output):
    planned = {s.step: s for s in plan_experiment(bench.workspace, "small").steps}[step]
    artifacts = Artifacts(bench.workspace)
    manifest = artifacts.read(planned.stage, planned.fingerprint)
    return artifacts.paths(manifest.outputs[output])[0]


@dataclass
class Scenario:
    change: Callable
    will: set[str] = field(default_factory=set)
    may: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    why: tuple[str, str] | None = None  # a step, and a phrase among its reasons
    options: dict = field(default_factory=dict)


SCENARIOS = [
    Scenario(nothing, why=("report small", "in the store")),
    Scenario(
        learning_setting,
        will={"finetune words"},
        may=WORDS | COMBINE | ENDS,
        why=("finetune words", "recipe.c 1.0 -> 3.0"),
    ),
    Scenario(
        new_test_rows,
        will={"ingest demo_headlines"},
        may=AFTER_HEADLINES_TEST,
        why=("ingest demo_headlines", "2 new rows in demo_headlines test"),
    ),
    Scenario(
        new_training_row,
        will={"ingest demo_headlines"},
        may=VALIDATE | FINETUNE | WORDS | LETTERS | COMBINE | ENDS,
        why=("ingest demo_headlines", "1 new row in demo_headlines train"),
    ),
    Scenario(
        relabelled_test_row,
        will={"ingest demo_headlines"},
        may=AFTER_HEADLINES_TEST,
        why=("ingest demo_headlines", "1 row relabelled in demo_headlines test"),
    ),
    Scenario(
        lost_test_row,
        will={"ingest demo_wires"},
        may={"validate demo_wires", "report small"} | ON_WIRES,
        why=("ingest demo_wires", "1 row gone from demo_wires test"),
    ),
    Scenario(
        other_order,
        will={"ingest demo_headlines"},
        may=AFTER_HEADLINES_TEST,
        why=("ingest demo_headlines", "demo_headlines test changed, its rows did not"),
    ),
    Scenario(
        changed_code,
        will=FINETUNE,
        may=WORDS | LETTERS | COMBINE | ENDS,
        why=("finetune letters", "module tickertone.training.worker changed"),
    ),
    Scenario(
        deleted_file,
        will={"evaluate small/headlines"},
        may={"report small"},
        why=("evaluate small/headlines", "file missing: evaluate/"),
    ),
    Scenario(
        file_cut_short,
        will={"evaluate small/headlines"},
        may={"report small"},
        why=("evaluate small/headlines", "has 4 bytes, not "),
    ),
    Scenario(
        deleted_result,
        will={"finetune words"},
        may=WORDS | COMBINE | ENDS,
        why=("finetune words", "result deleted"),
    ),
    Scenario(
        torn_manifest,
        will={"finetune words"},
        may=WORDS | COMBINE | ENDS,
        why=("finetune words", "manifest damaged"),
    ),
    Scenario(
        deleted_shard,
        will={"extract words/demo_wires"},
        may=COMBINE_WIRES | {"evaluate small/wires", "report small"},
        why=("extract words/demo_wires", "file missing: shards/logits/"),
    ),
    Scenario(
        new_model,
        will={"finetune long_letters"},
        may={"extract long_letters/demo_headlines", "extract long_letters/demo_wires"}
        | COMBINE
        | ENDS,
        why=("finetune long_letters", "never run before"),
    ),
    Scenario(
        label_map,
        will={"ingest demo_wires"},
        may={"validate demo_wires", "report small"} | ON_WIRES,
        why=("ingest demo_wires", "dataset.labels.up added: positive"),
    ),
    Scenario(
        combiner_setting,
        will={"combine small/headlines/stacking", "combine small/wires/stacking"},
        may=ENDS,
        why=("combine small/wires/stacking", "combiner.c 0.1 -> 0.5"),
    ),
    Scenario(
        missing_source,
        will={"report small"},
        blocked={"ingest demo_wires", "validate demo_wires"} | ON_WIRES,
        why=("validate demo_wires", "needs ingest demo_wires"),
    ),
    Scenario(
        nothing,
        will=COMBINE,
        may=ENDS,
        why=("combine small/wires/mean", "to be computed anew, as asked"),
        options={"refresh": ["combine"]},
    ),
    Scenario(
        learning_setting,
        blocked={"finetune words"} | WORDS | COMBINE,
        will={"evaluate small/headlines", "evaluate small/wires"},
        may={"report small"},
        why=("finetune words", "not chosen, and not in the store"),
        options={"models": ["letters"]},
    ),
]


@pytest.fixture
def copy(finished, tmp_path):
    """A workspace that has been run once, to change."""
    return finished.copied_to(tmp_path / "copy")


def verdicts(planned):
    return {step.step: step.verdict for step in planned.steps}


def stored(bench):
    return {p: p.stat().st_mtime_ns for p in sorted(bench.workspace.root.rglob("*"))}


@pytest.mark.parametrize(
    "scenario", SCENARIOS, ids=lambda s: " ".join([s.change.__name__, *s.options])
)
def test_what_was_planned_is_what_then_happens(copy: Bench, scenario, monkeypatch):
    everything = set(verdicts(plan_experiment(copy.workspace, "small")))
    scenario.change(copy, monkeypatch)
    before = stored(copy)
    planned = plan_experiment(copy.workspace, "small", **scenario.options)
    assert stored(copy) == before

    expected = dict.fromkeys(everything, "cached")
    for verdict in ("may", "will", "blocked"):
        words = "blocked" if verdict == "blocked" else f"{verdict} run"
        expected |= dict.fromkeys(getattr(scenario, verdict), words)
    assert verdicts(planned) == expected
    if scenario.why:
        step, phrase = scenario.why
        reasons = next(s.reasons for s in planned.steps if s.step == step)
        assert any(phrase in reason for reason in reasons), reasons

    _, entries = copy.run(**scenario.options)
    computed = {entry.step for entry in entries if entry.outcome == "computed"}
    assert computed >= scenario.will
    assert computed <= scenario.will | scenario.may
    lost = {entry.step for entry in entries if entry.outcome in {"failed", "blocked"}}
    assert lost == scenario.blocked


def test_after_the_run_everything_is_cached_again(copy):
    learning_setting(copy, None)
    assert not plan_experiment(copy.workspace, "small").all_cached
    copy.run()
    planned = plan_experiment(copy.workspace, "small")
    assert planned.all_cached
    assert str(planned) == "small: 21 steps, 21 cached"


def test_a_step_that_waits_for_another_also_says_what_changed_in_itself(copy):
    learning_setting(copy, None)
    reasons = {s.step: s.reasons for s in plan_experiment(copy.workspace, "small").steps}
    assert reasons["extract words/demo_wires"] == ("depends on what comes out of finetune words",)
    assert reasons["report small"] == (
        "models.words.c 1.0 -> 3.0",
        "depends on what comes out of finetune words, combine small/headlines/mean and 5 more",
    )
    assert reasons["combine small/wires/mean"] == (
        "depends on what comes out of extract words/demo_headlines, extract words/demo_wires",
    )


def test_refreshed_data_is_expected_to_come_out_as_before(copy):
    steps = plan_experiment(copy.workspace, "small", refresh=["ingest"]).steps
    by_verdict = {v: {s.step for s in steps if s.verdict == v} for v in ("will run", "may run")}
    assert {step.split()[0] for step in by_verdict["will run"]} == {"ingest"}
    assert by_verdict["may run"] == set()


def test_half_a_run_later_the_rows_that_are_left_to_score_are_known(copy):
    new_test_rows(copy, None)
    run = Run.open(copy.workspace, "small")
    for stage in ("ingest", "validate"):
        for step in run.steps(stage):
            run.done(step, *execute(step, copy.workspace, lambda _line: None), 0.0)

    steps = {s.step: s for s in plan_experiment(copy.workspace, "small").steps}
    extract = steps["extract words/demo_headlines"]
    assert extract.verdict == "will run"
    assert extract.reasons == ("2 new rows in demo_headlines test",)
    assert extract.rows == 2
    assert steps["finetune words"].verdict == "cached"
    assert steps["extract words/demo_wires"].verdict == "cached"


def test_the_texts_of_rows_that_are_not_read_in_yet_are_counted(copy):
    new_test_rows(copy, None)
    extract = {s.step: s for s in plan_experiment(copy.workspace, "small").steps}[
        "extract words/demo_headlines"
    ]
    assert (extract.verdict, extract.rows) == ("may run", 2)
    assert extract.seconds == pytest.approx(0, abs=0.2)


def test_a_model_that_changes_scores_each_text_of_two_data_sets_once(copy):
    learning_setting(copy, None)
    rows = {s.step: s.rows for s in plan_experiment(copy.workspace, "small").steps}
    (texts,) = copy.ask("SELECT count(DISTINCT text_id) FROM examples WHERE split <> 'train'")[0]
    of_model = [n for step, n in rows.items() if step.startswith("extract words/")]
    assert sum(of_model) == texts


def test_of_two_steps_that_lost_the_same_shard_one_may_make_it_for_both(copy):
    text = copy.rows("headlines_test.csv")[1][0]
    with (copy.data / "demo" / "wires.txt").open("ab") as file:
        file.write(f"{text}@neutral\n".encode())
    copy.run()
    _file_of(copy, "extract words/demo_headlines", "logits:test").unlink()
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
    learning_setting(copy, None)
    steps = plan_experiment(copy.workspace, "small", refresh=["extract"]).steps
    assert {s.verdict for s in steps if s.stage == "extract"} == {"will run"}
    depending = next(s for s in steps if s.step == "extract words/demo_wires")
    assert depending.reasons == (
        "to be computed anew, as asked",
        "depends on what comes out of finetune words",
    )


def test_a_damaged_file_of_an_earlier_result_does_not_stop_the_plan(copy):
    _file_of(copy, "validate demo_headlines", "test").write_bytes(b"PAR1")
    new_test_rows(copy, None)
    steps = {s.step: s for s in plan_experiment(copy.workspace, "small").steps}
    assert steps["validate demo_headlines"].verdict == "may run"


def test_a_first_run_is_planned_in_an_empty_store(bench):
    planned = plan_experiment(bench.workspace, "small")
    by_stage = {stage: {s.verdict for s in planned.steps if s.stage == stage} for stage in STAGES}
    assert by_stage == {stage: {"may run"} for stage in STAGES} | {"ingest": {"will run"}}
    assert all(step.reasons[0] == "never run before" for step in planned.steps)
    assert all(step.seconds is None for step in planned.steps)
    assert not bench.workspace.var.exists()


def test_the_time_of_a_step_is_estimated_from_the_past(copy):
    took = copy.ask("SELECT seconds FROM steps WHERE step = 'finetune words'")[0][0]
    learning_setting(copy, None)
    new_model(copy, None)
    seconds = {s.step: s.seconds for s in plan_experiment(copy.workspace, "small").steps}
    assert seconds["finetune words"] == pytest.approx(took, abs=0.2)
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
    for step in run.steps("ingest"):
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
    new_test_rows(copy, None)
    deleted_shard(copy, None)
    assert loaded(copy) <= {"pandas"}  # pyarrow looks for it where it makes a table of rows
