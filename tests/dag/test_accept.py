"""A code change that was vouched for costs nothing; whatever else changed is not let through."""

import json
import multiprocessing
import os
import signal

import pytest

from tests.dag.code_change import EXTRACT, WORKER, Edits
from tests.store.damage import flip
from tickertone.catalog.load import load_catalog
from tickertone.dag.accept import accept
from tickertone.dag.accept_survey import Request, survey
from tickertone.dag.last_results import LastResults
from tickertone.dag.plan import plan_experiment
from tickertone.dag.planner import Node
from tickertone.dag.reach import reach
from tickertone.dag.withdraw import withdraw
from tickertone.errors import ConfigError, StoreBusy, StoreError
from tickertone.store.acceptances import read_acceptances
from tickertone.store.artifacts import Artifacts
from tickertone.store.backup import backup
from tickertone.store.in_use import enter
from tickertone.store.prune import prune
from tickertone.store.restore import restore
from tickertone.store.verify import verify

pytestmark = pytest.mark.slow

BECAUSE = "a log line"
FINETUNE = {"finetune words", "finetune letters"}
EXTRACTS = {f"extract {m}/demo_{d}" for m in ("words", "letters") for d in ("headlines", "wires")}


@pytest.fixture
def edit(monkeypatch):
    return Edits(monkeypatch)


def accepted(bench, *stages, **options):
    return accept(bench.workspace, Request(stages=stages, **options), BECAUSE)


def refusal(bench, *stages, **options):
    """Why nothing is accepted; the store must be as it was."""
    before = stored(bench)
    with pytest.raises(StoreError) as refused:
        accepted(bench, *stages, **options)
    assert stored(bench) == before
    return str(refused.value)


def stored(bench):
    var = bench.workspace.var
    return {
        path.relative_to(var).as_posix(): path.read_bytes()
        for folder in ("artifacts", "acceptances", "runs")
        for path in (var / folder).rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def would_run(bench, experiment="small"):
    steps = plan_experiment(bench.workspace, experiment).steps
    return {step.step for step in steps if step.verdict != "cached"}


def reasons(bench, name):
    steps = plan_experiment(bench.workspace, "small").steps
    return next(step.reasons for step in steps if step.step == name)


def numbers(bench):
    """What people see, but for the fingerprints."""
    models = "model, family, base, tuning, trained_on, parameters, train_seconds, licences"
    scores = "experiment, target, split, system, n, accuracy, macro_f1, log_loss, p_vs_best"
    asked = (
        f"SELECT {models} FROM models",
        f"SELECT {scores} FROM leaderboard",
        "SELECT model, text_id, logits FROM logits",
        "SELECT dataset, example_id, system, predicted, probabilities FROM predictions",
        "SELECT dataset, split, rows_read, content_hash FROM datasets",
    )
    return [sorted(map(repr, bench.ask(sql))) for sql in asked]


def fingerprint(bench, stage, subject):
    found = LastResults(bench.workspace).of("small", Node(stage, subject))
    return found.fingerprint


def manifest(bench, stage, subject):
    return Artifacts(bench.workspace).read(stage, fingerprint(bench, stage, subject))


def add_test_rows(bench):
    rows = bench.rows("headlines_test.csv")
    new = [["Quillmere cuts its outlook for a third time", "negative"]]
    bench.write_rows("headlines_test.csv", [*rows, *new])


def add_experiment(bench, change):
    small = bench.data / "experiments" / "small.yaml"
    small.with_name("other.yaml").write_text(small.read_text())
    bench.edit("experiments/other.yaml", change)


def change_setting(bench):
    bench.edit("models.yaml", lambda c: c["models"]["words"].update(c=3.0))


# What is vouched for


def test_after_accepting_nothing_runs_and_the_numbers_are_the_same(copy, edit):
    before = numbers(copy)
    edit(WORKER)
    assert would_run(copy) >= FINETUNE
    done = accepted(copy, "finetune")
    assert {result.step for result in done.results} == FINETUNE
    assert would_run(copy) == set()
    assert numbers(copy) == before
    assert copy.computed() == set()
    assert numbers(copy) == before
    assert verify(copy.workspace).findings == ()


def test_the_result_says_who_vouched_for_what_and_why(copy, edit):
    old = manifest(copy, "finetune", "words")
    edit(WORKER)
    done = accepted(copy, "finetune")
    new = manifest(copy, "finetune", "words")
    fact = new.facts["accepted"]
    assert (fact["because"], fact["from"]) == (BECAUSE, old.fingerprint)
    assert fact["who"]
    assert fact["when"] == done.acceptance.when
    modules = [{"module": WORKER, "from": old.parts.code[WORKER], "to": "1" * 64}]
    assert fact["modules"] == modules
    assert {**new.facts, "accepted": None} == {**old.facts, "accepted": None}


def test_it_is_noted_in_the_log_and_in_the_journal(copy, edit):
    edit(WORKER)
    done = accepted(copy, "finetune")
    assert read_acceptances(copy.workspace) == [done.acceptance]
    rows = copy.ask(
        "SELECT step, fingerprint, message FROM steps WHERE outcome = 'accepted' AND run = ?",
        done.acceptance.id,
    )
    assert {(step, new) for step, new, _ in rows} == {(v.step, v.new) for v in done.results}
    assert all(BECAUSE in message for _, _, message in rows)


def test_accepting_twice_keeps_the_whole_history(copy, edit):
    before = numbers(copy)
    first = fingerprint(copy, "finetune", "words")
    edit(WORKER, "1")
    accepted(copy, "finetune")
    edit(WORKER, "2")
    accepted(copy, "finetune")
    fact = manifest(copy, "finetune", "words").facts["accepted"]
    assert [earlier["from"] for earlier in fact["earlier"]] == [first]
    assert fact["modules"] == [{"module": WORKER, "from": "1" * 64, "to": "2" * 64}]
    assert would_run(copy) == set()
    assert numbers(copy) == before


def test_several_stages_are_accepted_together_whatever_their_order(copy, edit):
    edit("tickertone.errors")
    stages = ("report", "evaluate", "combine", "extract", "finetune", "validate", "ingest")
    accepted(copy, *stages)
    assert would_run(copy) == set()


def test_code_that_only_scoring_uses_is_accepted_for_extraction(copy, edit):
    before = numbers(copy)
    edit(EXTRACT)
    assert {result.step for result in accepted(copy, "extract").results} == EXTRACTS
    assert numbers(copy) == before
    assert copy.computed() == set()
    assert numbers(copy) == before
    assert verify(copy.workspace).findings == ()


def test_texts_that_come_after_accepting_cost_only_themselves(copy, edit):
    edit(EXTRACT)
    accepted(copy, "extract")
    add_test_rows(copy)
    assert "extract words/demo_headlines" in copy.computed()
    assert manifest(copy, "extract", "words/demo_headlines").facts["rows_scored"] == 1
    assert verify(copy.workspace).findings == ()


def test_new_rows_of_a_test_set_do_not_keep_a_training_from_being_accepted(copy, edit):
    """Validation will run, but what it makes of the training rows is known beforehand."""
    edit(WORKER)
    add_test_rows(copy)
    accepted(copy, "finetune")
    assert not FINETUNE & copy.computed()


def test_looking_changes_nothing(copy, edit):
    edit(WORKER)
    before = stored(copy)
    found = survey(copy.workspace, Request(stages=("finetune",)))
    assert {result.vouched.step for result in found.results} == FINETUNE
    assert stored(copy) == before


def test_there_is_nothing_to_accept_where_no_code_changed(copy):
    before = stored(copy)
    assert accepted(copy, "finetune").acceptance is None
    assert stored(copy) == before


def test_an_experiment_that_was_never_run_is_no_hindrance(copy, edit):
    add_experiment(copy, lambda e: e.update(seed=9))
    edit(WORKER)
    assert {result.step for result in accepted(copy, "finetune").results} == FINETUNE


def test_experiments_that_ask_a_step_for_other_splits_are_each_accepted(copy, edit):
    add_experiment(copy, lambda e: e["targets"].pop("headlines"))
    copy.run(experiment="other")
    edit(EXTRACT)
    accepted(copy, "extract")
    for experiment in ("small", "other"):
        assert copy.computed(experiment=experiment) == set()


# What is refused


def test_a_changed_setting_is_refused(copy, edit):
    edit(WORKER)
    change_setting(copy)
    told = refusal(copy, "finetune")
    assert "finetune words: recipe.c" in told
    assert '--only "finetune letters"' in told


def test_only_the_named_steps_are_accepted(copy, edit):
    edit(WORKER)
    change_setting(copy)
    accepted(copy, "finetune", only=("finetune letters",))
    computed = copy.computed()
    assert "finetune words" in computed
    assert "finetune letters" not in computed


def test_changed_data_are_refused(copy, edit):
    edit("tickertone.stages.ingest")
    add_test_rows(copy)
    assert "ingest demo_headlines: test" in refusal(copy, "ingest")


def test_a_changed_library_is_refused(copy, edit):
    edit(WORKER)
    edit.library("scikit-learn", "0.0.1")
    told = refusal(copy, "finetune")
    assert "scikit-learn" in told
    assert "-> 0.0.1" in told


def test_a_step_that_reads_what_is_to_be_made_is_refused(copy, edit):
    edit(WORKER)
    edit(EXTRACT)
    told = refusal(copy, "extract")
    assert "reads finetune words, to be accepted with it or run first" in told
    accepted(copy, "finetune", "extract")
    assert would_run(copy) == set()


def test_a_damaged_result_is_refused(copy, edit):
    old = manifest(copy, "finetune", "words")
    record = next(iter(old.outputs["model"].files))
    flip(Artifacts(copy.workspace).root / record.path, -1)
    edit(WORKER)
    told = refusal(copy, "finetune")
    assert f"{record.path} has other bytes" in told


def test_a_damaged_manifest_is_refused(copy, edit):
    folder = copy.workspace.artifacts / "finetune" / fingerprint(copy, "finetune", "words")
    flip(folder / "manifest.json", 40)
    edit(WORKER)
    assert "manifest is damaged" in refusal(copy, "finetune")


def test_a_result_that_is_gone_is_not_replaced_by_an_older_one(copy, edit):
    """An older one may be of code that did change results."""
    edit(WORKER, "1")
    copy.run()
    newest = copy.workspace.artifacts / "finetune" / fingerprint(copy, "finetune", "words")
    (newest / "manifest.json").unlink()
    edit(WORKER, "2")
    assert "its last result is gone" in refusal(copy, "finetune")


def test_a_result_of_older_code_that_another_experiment_left_is_not_taken(copy, edit):
    add_experiment(copy, lambda e: e["targets"].pop("wires"))
    copy.run(experiment="other")
    change_setting(copy)
    edit(WORKER, "1")
    copy.run()
    copy.edit("models.yaml", lambda c: c["models"]["words"].pop("c"))
    edit(WORKER, "2")
    told = refusal(copy, "finetune", experiment="small", only=("finetune words",))
    assert "finetune words: recipe.c" in told


def test_a_lost_result_of_the_same_code_is_no_code_change(copy):
    folder = copy.workspace.artifacts / "finetune" / fingerprint(copy, "finetune", "words")
    (folder / "manifest.json").unlink()
    assert "no code changed" in refusal(copy, "finetune")


def test_results_of_different_code_are_not_accepted_together(copy, edit):
    add_experiment(copy, lambda e: e.update(bootstrap_draws=120))
    copy.run(experiment="other")
    edit("tickertone.stages.evaluate", "1")
    copy.run(experiment="other")
    edit("tickertone.stages.evaluate", "2")
    told = refusal(copy, "evaluate")
    assert "different versions of tickertone.stages.evaluate" in told
    accepted(copy, "evaluate", experiment="small")
    accepted(copy, "evaluate", experiment="other")
    assert would_run(copy, "small") | would_run(copy, "other") == set()


def test_what_was_never_run_cannot_be_vouched_for(bench):
    with pytest.raises(StoreError, match="ever run"):
        accepted(bench, "finetune")


@pytest.mark.parametrize(
    ("stages", "options", "words"),
    [
        (("fine-tune",), {}, "finetune"),
        ((), {}, "no stage"),
        (("finetune",), {"only": ("finetune wrods",)}, "finetune words"),
        (("finetune",), {"experiment": "smal"}, "small"),
    ],
)
def test_a_misspelt_request_names_what_there_is(ran_once, stages, options, words):
    with pytest.raises(ConfigError, match=words):
        accepted(ran_once, *stages, **options)


def test_a_reason_is_asked_for(ran_once):
    with pytest.raises(ConfigError, match="because"):
        accept(ran_once.workspace, Request(stages=("finetune",)), "  ")


# Undoing it


@pytest.mark.parametrize("ran_since", [False, True])
def test_undoing_leaves_the_store_as_it_was(copy, edit, ran_since):
    edit(EXTRACT)
    edit(WORKER)
    planned, before, seen = would_run(copy), set(stored(copy)), numbers(copy)
    why = reasons(copy, "finetune words")
    done = accepted(copy, "finetune", "extract")
    if ran_since:
        copy.run()
    undone = withdraw(copy.workspace, because="it was not the same")
    assert undone.id == done.acceptance.id
    assert would_run(copy) == planned
    assert reasons(copy, "finetune words") == why
    assert {n for n in stored(copy) if n.startswith("artifacts/")} == {
        n for n in before if n.startswith("artifacts/")
    }
    assert numbers(copy) == seen
    assert verify(copy.workspace).findings == ()
    assert read_acceptances(copy.workspace)[0].withdrawn.because == "it was not the same"
    again = accepted(copy, "finetune", "extract")
    assert {v.new for v in again.results} == {v.new for v in done.results}


def test_what_a_run_scored_since_is_kept_and_what_rests_on_the_lent_rows_is_made_again(copy, edit):
    edit(EXTRACT)
    accepted(copy, "extract")
    add_test_rows(copy)
    copy.run()
    withdraw(copy.workspace)
    assert "extract words/demo_headlines" in would_run(copy)
    copy.run()
    facts = manifest(copy, "extract", "words/demo_headlines").facts
    assert facts["rows_scored"] == facts["rows"] - 1
    assert verify(copy.workspace).findings == ()


def test_an_acceptance_that_another_builds_on_is_not_undone(copy, edit):
    edit(WORKER, "1")
    first = accepted(copy, "finetune").acceptance
    edit(WORKER, "2")
    second = accepted(copy, "finetune").acceptance
    with pytest.raises(StoreError, match=second.id):
        withdraw(copy.workspace, first.id)
    assert withdraw(copy.workspace).id == second.id
    assert withdraw(copy.workspace).id == first.id
    with pytest.raises(StoreError, match="no acceptance"):
        withdraw(copy.workspace)
    edit.back(WORKER)
    assert would_run(copy) == set()


def test_shards_that_another_acceptance_needs_stay(copy, edit):
    """Both experiments want the dev split scored, and it is one shard."""
    add_experiment(copy, lambda e: e["targets"].pop("headlines"))
    copy.run(experiment="other")
    edit(EXTRACT)
    first = accepted(copy, "extract", experiment="other").acceptance
    second = accepted(copy, "extract").acceptance
    lent = [{s for v in a.results for s in v.shards} for a in (first, second)]
    assert lent[0] & lent[1]
    withdraw(copy.workspace, first.id)
    # The wires are one result of both, and it was accepted first for the other one.
    gone = {step for step in would_run(copy) if step.startswith("extract")}
    assert gone == {"extract words/demo_wires", "extract letters/demo_wires"}
    names = manifest(copy, "extract", "words/demo_headlines").files()
    assert all((copy.workspace.artifacts / name).is_file() for name in names)
    assert verify(copy.workspace).findings == ()


def test_a_result_computed_since_is_not_undone(copy, edit):
    edit(WORKER)
    accepted(copy, "finetune")
    copy.run(refresh=["finetune"])
    withdraw(copy.workspace)
    assert would_run(copy) == set()
    assert verify(copy.workspace).findings == ()


def test_nothing_is_undone_while_a_run_is_under_way(copy, edit):
    edit(WORKER)
    accepted(copy, "finetune")
    before = stored(copy)
    with enter(copy.workspace), pytest.raises(StoreBusy, match="under way"):
        withdraw(copy.workspace)
    assert stored(copy) == before


# Looking after it


def test_a_prune_keeps_what_was_accepted_and_drops_what_it_was_made_from(copy, edit):
    before = numbers(copy)
    edit(WORKER)
    edit(EXTRACT)
    old = fingerprint(copy, "finetune", "words")
    accepted(copy, "finetune", "extract")
    copy.run()
    prune(copy.workspace, lambda: reach(copy.workspace, load_catalog(copy.data)))
    assert not (copy.workspace.artifacts / "finetune" / old).exists()
    assert copy.computed() == set()
    assert numbers(copy) == before
    assert verify(copy.workspace).findings == ()
    withdraw(copy.workspace)
    assert would_run(copy) >= FINETUNE


def test_a_database_that_is_lost_after_accepting_is_loaded_again(copy, edit):
    edit(EXTRACT)
    accepted(copy, "extract")
    before = numbers(copy)
    copy.workspace.database.unlink()
    assert copy.computed() == set()
    assert numbers(copy) == before


def test_a_backup_holds_the_log(copy, edit, tmp_path):
    edit(WORKER)
    accepted(copy, "finetune")
    before = read_acceptances(copy.workspace)
    backup(copy.workspace, tmp_path / "backup")
    restore(copy.workspace, tmp_path / "backup", lambda _draft: None, force=True)
    assert read_acceptances(copy.workspace) == before
    assert would_run(copy) == set()
    assert verify(copy.workspace).findings == ()


# Crashes, and two at once


@pytest.mark.parametrize("after", [1, 6, 11])
def test_killed_at_any_moment_it_leaves_nothing_half_done(copy, edit, after):
    """SIGKILL at the nth durable step; then the same command finishes the work."""
    edit(WORKER)
    edit(EXTRACT)
    before = numbers(copy)
    child = multiprocessing.get_context("fork").Process(target=_killed, args=(copy, after))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    artifacts = Artifacts(copy.workspace)
    told = {v.new for a in read_acceptances(copy.workspace) for v in a.results}
    for path in copy.workspace.artifacts.glob("*/[0-9a-f]*/manifest.json"):
        there = artifacts.read(path.parent.parent.name, path.parent.name)
        assert artifacts.damage(there, hashes=True) == []
        assert "accepted" not in there.facts or there.fingerprint in told
    accepted(copy, "finetune", "extract")
    assert would_run(copy) == set()
    assert numbers(copy) == before
    while any(a.withdrawn is None for a in read_acceptances(copy.workspace)):
        withdraw(copy.workspace)
    assert would_run(copy) >= FINETUNE
    assert numbers(copy) == before


def _killed(bench, after):
    from tickertone.store import rekey

    left = iter(range(after))
    sync = rekey.sync_file

    def dying(path):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        sync(path)

    rekey.sync_file = dying
    accepted(bench, "finetune", "extract")


def test_two_at_once_accept_each_result_once(copy, edit):
    edit(WORKER)
    edit(EXTRACT)
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=accepted, args=(copy, "finetune", "extract")) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    (acceptance,) = read_acceptances(copy.workspace)
    assert {v.step for v in acceptance.results} == FINETUNE | EXTRACTS
    assert would_run(copy) == set()


def test_a_journal_of_an_acceptance_is_json_that_older_readers_skip(copy, edit):
    edit(WORKER)
    done = accepted(copy, "finetune")
    lines = (copy.workspace.runs / f"{done.acceptance.id}.jsonl").read_text().splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == ["accepted", "accepted"]
