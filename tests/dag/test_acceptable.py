"""What cannot be vouched for, and how the refusal says so."""

import pytest

from tests.dag.code_change import EXTRACT, WORKER
from tests.dag.vouching import (
    accepted,
    add_experiment,
    add_test_rows,
    change_setting,
    fingerprint,
    manifest,
    refusal,
    would_run,
)
from tests.store.damage import flip
from tickertone.dag.accept import accept
from tickertone.dag.accept_survey import Request
from tickertone.errors import ConfigError, StoreError
from tickertone.store.artifacts import Artifacts

pytestmark = pytest.mark.slow


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
