from tickertone.dag.summary import NOT_CHOSEN, Summary
from tickertone.store.journal import Entry


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
