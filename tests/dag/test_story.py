"""The story of a step: when it was computed, and what had changed each time."""

import pytest

from tickertone.dag.run import Run
from tickertone.dag.story import story
from tickertone.errors import ConfigError
from tickertone.store.artifacts import Artifacts, write_manifest

pytestmark = pytest.mark.slow


def reasons(bench, step):
    return [chapter.reasons for chapter in story(bench.workspace, step).chapters]


@pytest.fixture(scope="module")
def nights(finished, tmp_path_factory):
    """Five nights: the first, nothing new, a setting and a row, a lost file, a broken source."""
    bench = finished.copied_to(tmp_path_factory.mktemp("nights") / "copy")
    bench.run()
    bench.edit("models.yaml", lambda c: c["models"]["words"].update(c=3.0))
    rows = bench.rows("headlines_test.csv")
    bench.write_rows("headlines_test.csv", [*rows, ["Quillmere books a record", "positive"]])
    bench.run()
    for page in (bench.workspace.artifacts / "evaluate").glob("*/leaderboard.parquet"):
        page.unlink()
    bench.run()
    bench.write_rows("headlines_test.csv", [["headline", "label"], *rows[1:]])
    bench.run()
    return bench


def test_each_time_says_what_had_changed(nights):
    assert reasons(nights, "finetune words") == [("the first time",), ("recipe.c 1.0 -> 3.0",)]
    assert reasons(nights, "finetune letters") == [("the first time",)]
    assert reasons(nights, "extract letters/demo_headlines") == [
        ("the first time",),
        ("1 new row in demo_headlines test",),
    ]
    assert reasons(nights, "validate demo_headlines")[1] == ("1 new row in demo_headlines test",)
    assert reasons(nights, "evaluate small/headlines") == [
        ("the first time",),
        (
            "1 new row in headlines test",
            "predictions of mean, stacking changed",
            "logits of letters, words changed",
        ),
        ("nothing had changed: its result was gone, or was asked for anew",),
    ]


def test_a_setting_that_was_taken_back_is_a_chapter_of_its_own(finished, tmp_path):
    bench = finished.copied_to(tmp_path / "copy")
    for c in (3.0, 1.0):
        bench.edit("models.yaml", lambda m, c=c: m["models"]["words"].update(c=c))
        bench.run()
    told = story(bench.workspace, "finetune words")
    assert [(c.outcome, c.reasons) for c in told.chapters] == [
        ("computed", ("the first time",)),
        ("computed", ("recipe.c 1.0 -> 3.0",)),
        ("cached", ("recipe.c 3.0 -> 1.0",)),
    ]


def test_it_names_who_vouched_for_the_result(finished, tmp_path):
    bench = finished.copied_to(tmp_path / "copy")
    words = {"who": "Ada", "when": "2026-11-21T03:00:00+00:00", "because": "a line of the log"}
    entry = next(e for e in finished.first[1] if e.step == "finetune words")
    artifacts = Artifacts(bench.workspace)
    model = artifacts.read("finetune", entry.fingerprint)
    folder = artifacts.folder("finetune", entry.fingerprint)
    write_manifest(folder, model.model_copy(update={"facts": {**model.facts, "accepted": words}}))
    assert story(bench.workspace, "finetune words").now.reasons == (
        "in the store",
        "accepted by Ada, 2026-11-21: a line of the log",
    )


def test_a_failure_is_part_of_the_story(nights):
    told = story(nights.workspace, "ingest demo_headlines")
    assert [c.outcome for c in told.chapters] == ["computed", "computed", "failed"]
    assert told.chapters[1].reasons == ("1 new row in demo_headlines test",)
    assert "label" in told.chapters[2].message or "text" in told.chapters[2].message


def test_it_says_how_often_it_was_cached_and_what_is_next(nights):
    told = story(nights.workspace, "finetune letters")
    assert told.cached == 3
    assert told.experiment == "small"
    assert told.now.verdict == "blocked"
    assert story(nights.workspace, "ingest demo_wires").now.verdict == "cached"


def test_a_step_that_no_experiment_has_any_more_keeps_its_story(finished, tmp_path):
    bench = finished.copied_to(tmp_path / "copy")
    bench.edit("experiments/small.yaml", lambda c: c["models"].remove("letters"))
    told = story(bench.workspace, "finetune letters")
    assert len(told.chapters) == 1
    assert told.now is None


def test_a_step_that_never_ran_has_only_a_future(bench):
    told = story(bench.workspace, "finetune letters")
    assert told.chapters == ()
    assert told.now.reasons[0] == "never run before"
    assert not bench.workspace.var.exists()


@pytest.mark.parametrize("wrong", ["finetune wrds", "fintune words", "finetune word"])
def test_a_misspelt_step_names_near_ones(bench, wrong):
    with pytest.raises(ConfigError, match="finetune words"):
        story(bench.workspace, wrong)


def test_a_subject_alone_names_its_steps(bench):
    with pytest.raises(ConfigError) as caught:
        story(bench.workspace, "words")
    assert '"finetune words"' in str(caught.value)


def test_a_torn_journal_is_read_as_far_as_it_goes(finished, tmp_path):
    bench = finished.copied_to(tmp_path / "copy")
    run = Run.open(bench.workspace, "small")
    list(run.waves("ingest"))
    run.journal.path.parent.mkdir(exist_ok=True)
    run.journal.path.write_text('{"run": "torn", "experi')
    assert story(bench.workspace, "finetune words").now.verdict == "cached"
