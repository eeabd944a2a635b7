"""What a run does the first time, the second time, and when one branch is broken.

What a change costs stands in `tests/recompute`.
"""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from tests.dag.bench import PLAIN_STAGES
from tickertone.dag.run import Run
from tickertone.errors import ConfigError
from tickertone.store.files import sha256_file
from tickertone.store.shards import SCHEMA, read_shard

pytestmark = pytest.mark.slow


def test_every_stage_that_the_experiment_asks_for_does_something_the_first_time(finished):
    summary, entries = finished.first
    assert summary.failures == ()
    did = {entry.stage for entry in entries if entry.outcome == "computed"}
    assert did == set(PLAIN_STAGES)


def test_nothing_runs_the_second_time(finished):
    logits = finished.ask("SELECT count(*) FROM logits")
    summary, entries = finished.run()
    assert {entry.outcome for entry in entries} == {"cached"}
    assert summary.computed == 0
    assert "nothing was recomputed" in str(summary)
    assert finished.ask("SELECT count(*) FROM logits") == logits


def test_steps_of_every_run_are_in_the_store(finished):
    rows = finished.ask("SELECT step, outcome FROM steps WHERE run = ?", finished.first[0].run)
    assert set(rows) == {(entry.step, entry.outcome) for entry in finished.first[1]}


def test_each_model_has_one_row_of_logits_a_distinct_text(finished):
    rows = finished.ask("SELECT model, count(*), count(DISTINCT text_id) FROM logits GROUP BY 1")
    texts = finished.ask(
        "SELECT count(DISTINCT text_id) FROM examples WHERE split IN ('dev', 'test')"
    )
    assert rows
    assert {(n, distinct) for _, n, distinct in rows} == {(texts[0][0], texts[0][0])}


def test_rows_read_are_accepted_or_quarantined(finished):
    for dataset, read, accepted, quarantined in finished.ask(
        "SELECT dataset, sum(rows_read), sum(rows_accepted), sum(rows_quarantined) "
        "FROM datasets GROUP BY 1"
    ):
        assert read == accepted + quarantined, dataset
    assert finished.ask("SELECT count(*) FROM quarantine") == finished.ask(
        "SELECT sum(rows_quarantined)::BIGINT FROM datasets"
    )


def test_every_system_is_on_the_leaderboard_full_and_clean(finished):
    rows = finished.ask("SELECT target, split, system FROM leaderboard")
    systems = ("words", "letters", "mean", "stacking")
    assert sorted(rows) == sorted(
        (target, split, system)
        for target in ("headlines", "wires")
        for split in ("full", "clean")
        for system in systems
    )


def test_predictions_name_the_split_that_was_scored(finished):
    rows = finished.ask("SELECT DISTINCT dataset, split FROM predictions ORDER BY 1")
    assert rows == (("demo_headlines", "test"), ("demo_wires", "test"))


def test_every_row_of_the_store_says_which_step_made_it(finished):
    for view in ("datasets", "examples", "models", "predictions", "leaderboard", "evaluations"):
        orphans = finished.ask(
            f"SELECT count(*) FROM {view} "
            "WHERE fingerprint NOT IN (SELECT fingerprint FROM steps WHERE fingerprint IS NOT NULL)"
        )
        assert orphans == ((0,),), view


def test_a_branch_that_fails_does_not_stop_its_siblings(bench):
    bench.edit(
        "datasets.yaml", lambda c: c["datasets"]["demo_wires"]["labels"].pop("neutral", None)
    )
    summary, entries = bench.run()
    assert len(summary.failures) == 1
    assert "demo_wires" in summary.failures[0]
    outcome = {entry.step: entry.outcome for entry in entries}
    assert outcome["evaluate small/headlines"] == "computed"
    assert outcome["evaluate small/wires"] == "blocked"
    assert outcome["report small"] == "computed"
    assert {target for (target,) in bench.ask("SELECT target FROM leaderboard")} == {"headlines"}


def test_labels_that_drift_too_far_stop_the_branch(bench):
    bench.run()
    header, *rows = bench.rows("headlines_test.csv")
    bench.write_rows("headlines_test.csv", [header, *([text, "negative"] for text, _ in rows)])
    summary, _ = bench.run()
    assert any("drift.stop" in failure for failure in summary.failures)


def test_a_chosen_model_is_computed_and_the_others_come_from_the_store(bench):
    bench.run()
    bench.edit("models.yaml", lambda c: c["models"]["words"].update(c=3.0))
    before = bench.ask("SELECT DISTINCT system FROM leaderboard ORDER BY 1")
    computed = bench.computed(models=["words"])
    assert "combine small/headlines/mean" in computed
    assert not any("letters" in step for step in computed)
    assert bench.ask("SELECT DISTINCT system FROM leaderboard ORDER BY 1") == before


def test_a_model_that_was_not_chosen_and_is_not_there_blocks_the_ensembles_alone(bench):
    summary, entries = bench.run(models=["words"])
    assert summary.failures == ()
    outcome = {entry.step: entry.outcome for entry in entries}
    assert outcome["finetune letters"] == "blocked"
    assert outcome["combine small/headlines/mean"] == "blocked"
    assert bench.ask("SELECT DISTINCT system FROM leaderboard") == (("words",),)


def test_a_deleted_report_is_put_back_though_nothing_is_computed(bench):
    bench.run()
    page = bench.workspace.reports / "small" / "index.html"
    docs = bench.workspace.reports / "data-docs" / "demo_wires" / "index.html"
    before = page.read_bytes(), docs.read_bytes()
    page.unlink()
    docs.unlink()
    docs.with_name(".fingerprint").unlink()
    assert bench.computed() == set()
    assert (page.read_bytes(), docs.read_bytes()) == before


def test_a_page_that_cannot_be_put_where_people_look_fails_the_run_until_there_is_room(bench):
    page = bench.workspace.reports / "small" / "index.html"
    page.mkdir(parents=True)  # in its way
    summary, entries = bench.run()
    assert summary.failed == 0
    (failure,) = summary.failures
    assert failure.startswith("the page of report small could not be put where people look: ")
    assert "make way for it" in failure
    assert {entry.outcome for entry in entries} == {"computed"}
    page.rmdir()
    assert bench.computed() == set()
    assert page.is_file()


def test_refreshed_logits_replace_the_old_ones(bench):
    bench.run()
    before = sorted(map(repr, bench.ask("SELECT * FROM logits")))
    shards = set(bench.workspace.artifacts.glob("shards/logits/*/*.parquet"))
    for shard in shards:
        ids, values = read_shard(shard)
        table = pa.table({"text_id": ids, "value": list(values + 1)}, schema=SCHEMA)
        pq.write_table(table, shard)
        shard.rename(shard.with_stem(sha256_file(shard)))
    assert {step.split()[0] for step in bench.computed(refresh=["extract"])} == {"extract"}
    assert sorted(map(repr, bench.ask("SELECT * FROM logits"))) == before


def test_logits_of_an_older_model_are_not_shown_as_the_new_ones(bench, monkeypatch):
    bench.run()
    bench.edit("models.yaml", lambda c: c["models"]["words"].update(c=3.0))
    from tickertone.errors import ModelError
    from tickertone.stages import extract

    def broken(_work):
        raise ModelError("words", found="it does not load")

    monkeypatch.setattr(extract, "run", broken)
    summary, _ = bench.run()
    assert summary.failed == 2
    (failure,) = summary.failures
    assert failure.startswith("extract words/demo_headlines, extract words/demo_wires failed: ")
    assert bench.ask("SELECT DISTINCT model FROM logits") == (("letters",),)


def test_licences_travel_with_what_is_made_and_not_with_what_it_is_compared_with(bench):
    bench.edit("datasets.yaml", name_licences)
    bench.run()
    assert bench.ask("SELECT DISTINCT licences FROM models") == (("headlines only",),)
    (report,) = bench.workspace.artifacts.glob("report/*/manifest.json")
    carried = json.loads(report.read_text())["facts"]["licences"]
    assert carried == ["headlines only", "wires only"]


def name_licences(content):
    for name, dataset in content["datasets"].items():
        dataset["licence"]["name"] = f"{name.removeprefix('demo_')} only"


def test_a_database_lost_after_a_model_left_a_data_set_shows_the_newest_logits(bench):
    bench.run()
    bench.edit("models.yaml", lambda c: c["models"]["words"].update(c=3.0))
    bench.edit("experiments/small.yaml", lambda c: c["targets"].pop("wires"))
    bench.run()
    before = sorted(map(repr, bench.ask("SELECT * FROM logits")))
    bench.workspace.database.unlink()
    bench.run()
    assert sorted(map(repr, bench.ask("SELECT * FROM logits"))) == before


def test_an_artifact_of_an_older_version_does_not_keep_the_database_from_being_loaded(bench):
    bench.run()
    content = yaml.safe_load((bench.data / "experiments" / "small.yaml").read_text())
    bench.write("experiments/other.yaml", {**content, "seed": 9})
    bench.run(experiment="other")
    (bench.data / "experiments" / "other.yaml").unlink()
    tables = bench.workspace.artifacts.glob("evaluate/*/leaderboard.parquet")
    for table in sorted(tables, key=lambda path: path.stat().st_mtime_ns)[-2:]:
        pq.write_table(pq.read_table(table).drop_columns(["kind"]), table)
        manifest = table.with_name("manifest.json")
        told = json.loads(manifest.read_text())
        told["outputs"]["leaderboard"]["files"][0]["size"] = table.stat().st_size
        manifest.write_text(json.dumps(told))
    bench.workspace.database.unlink()
    assert bench.computed() == set()
    assert bench.ask("SELECT DISTINCT experiment FROM leaderboard") == (("small",),)


def test_code_that_changes_while_a_step_runs_refuses_its_result(bench, monkeypatch):
    from tickertone.store import artifacts

    monkeypatch.setattr(artifacts, "changed_since", lambda _parts: ["tickertone.stages.ingest"])
    summary, _ = bench.run()
    assert all("tickertone.stages.ingest" in failure for failure in summary.failures)
    assert not list(bench.workspace.artifacts.glob("*/*/manifest.json"))


def test_an_input_that_changes_while_a_step_reads_it_refuses_its_result(bench, monkeypatch):
    from tickertone.stages import evaluate

    body = evaluate.run

    def meddled(work):
        product = body(work)
        with work.only("test").open("ab") as file:
            file.write(b"x")
        return product

    monkeypatch.setattr(evaluate, "run", meddled)
    summary, _ = bench.run()
    assert any("test.parquet" in failure for failure in summary.failures)
    assert not list(bench.workspace.artifacts.glob("evaluate/*/manifest.json"))


def test_another_experiment_is_still_on_the_leaderboard_after_the_database_was_lost(bench):
    bench.run()
    content = yaml.safe_load((bench.data / "experiments" / "small.yaml").read_text())
    bench.write("experiments/other.yaml", {**content, "title": "Other"})
    bench.run(experiment="other")
    bench.workspace.database.unlink()
    bench.run()
    assert bench.ask("SELECT DISTINCT experiment FROM leaderboard ORDER BY 1") == (
        ("other",),
        ("small",),
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"models": ["wrods"]}, "wrods"),
        ({"refresh": ["fine-tune"]}, "finetune"),
    ],
)
def test_a_misspelt_choice_names_what_there_is(bench, options, words):
    with pytest.raises(ConfigError, match=words):
        Run.open(bench.workspace, "small", **options)
