"""A code change that was vouched for costs nothing; whatever else changed is not let through."""

import pytest

from tests.dag.code_change import EXTRACT, WORKER
from tests.dag.vouching import (
    BECAUSE,
    EXTRACTS,
    FINETUNE,
    accepted,
    add_experiment,
    add_test_rows,
    fingerprint,
    manifest,
    numbers,
    stored,
    would_run,
)
from tickertone.dag.accept_survey import Request, survey
from tickertone.store.acceptances import read_acceptances
from tickertone.store.verify import verify

pytestmark = pytest.mark.slow


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
