"""Undoing an acceptance: the steps stand as they did before."""

import pytest

from tests.dag.code_change import EXTRACT, WORKER
from tests.dag.vouching import (
    accepted,
    add_experiment,
    add_test_rows,
    manifest,
    numbers,
    reasons,
    stored,
    would_run,
)
from tickertone.dag.withdraw import withdraw
from tickertone.errors import StoreBusy, StoreError
from tickertone.store.acceptances import read_acceptances
from tickertone.store.in_use import enter
from tickertone.store.verify import verify

pytestmark = pytest.mark.slow


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
