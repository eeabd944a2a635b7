import pytest

from tickertone.dag.summary import NOT_CHOSEN, Summary, rows_set_aside
from tickertone.identity.fingerprint import Parts
from tickertone.store.journal import Entry
from tickertone.store.manifest import Manifest


def failed(subject, message):
    return Entry(
        run="r", experiment="e", stage="finetune", subject=subject, outcome="failed",
        fingerprint=None, parts=None, seconds=0.0, message=message,
    )  # fmt: skip


def test_steps_that_fail_of_the_same_are_told_in_one_sentence_and_all_counted():
    entries = [failed(name, "no base x") for name in "abcde"]
    summary = Summary.of("r", "e", [*entries[:3], failed("z", "no base y"), *entries[3:]])
    assert summary.failed == 6
    assert summary.failures == (
        "finetune a, finetune b, finetune c and 2 more failed: no base x",
        "finetune z failed: no base y",
    )
    assert "6 steps, 0 computed, 0 cached, 6 failed" in str(summary)


def test_models_that_a_run_was_not_to_make_are_told_in_one_warning():
    entries = [
        Entry(run="r", experiment="e", stage="finetune", subject=name, outcome="blocked",
              message=NOT_CHOSEN)
        for name in "abcd"
    ]  # fmt: skip
    (warning,) = Summary.of("r", "e", entries).warnings
    assert warning.startswith("finetune a, finetune b, finetune c and 1 more: not chosen")
    assert Summary.of("r", "e", entries[:0]).warnings == ()


def manifest(stage, **facts):
    parts = Parts(stage=stage, settings={}, inputs={}, code={}, libraries={})
    return Manifest(subject="s", fingerprint="f", parts=parts, facts=facts, outputs={})


@pytest.mark.parametrize(
    ("aside", "on_purpose", "said"),
    [
        ((0, 0), (0, 0), ""),
        ((2, 1), (0, 0), "3 of 2,000 rows set aside"),
        ((900, 1), (900, 1), ""),
    ],
)
def test_rows_that_are_not_as_they_should_be_are_told_those_left_out_on_purpose_are_not(
    aside, on_purpose, said
):
    splits = {
        str(place): {"rows_read": 1000, "rows_quarantined": rows, "rows_left_out": wanted}
        for place, (rows, wanted) in enumerate(zip(aside, on_purpose, strict=True))
    }
    assert rows_set_aside(manifest("ingest", splits=splits)) == said
    assert rows_set_aside(manifest("validate", splits=splits)) == ""
    assert rows_set_aside(manifest("ingest")) == ""
