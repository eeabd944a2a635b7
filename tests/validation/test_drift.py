import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.catalog.datasets import DriftLimits
from tickertone.validation.drift import label_drift

LIMITS = DriftLimits(warn=0.05, stop=0.2)
COUNTS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 50), min_size=1)


@pytest.mark.parametrize(
    ("now", "verdict"),
    [({"a": 50, "b": 50}, "ok"), ({"a": 60, "b": 40}, "warn"), ({"a": 90, "b": 10}, "stop")],
)
def test_the_verdict_follows_the_limits(now, verdict):
    drifts = label_drift({"a": 50, "b": 50}, now, LIMITS)
    assert [d.verdict for d in drifts] == [verdict, verdict]
    assert [d.now for d in drifts] == [now["a"] / 100, now["b"] / 100]


def test_a_label_that_disappears_has_a_share_of_zero():
    drifts = label_drift({"a": 3, "b": 1}, {"a": 4}, LIMITS)
    assert [(d.label, d.before, d.now, d.verdict) for d in drifts] == [
        ("a", 0.75, 1.0, "stop"),
        ("b", 0.25, 0.0, "stop"),
    ]


def test_nothing_is_said_of_an_empty_snapshot():
    assert label_drift({}, {"a": 1}, LIMITS) == []
    assert label_drift({"a": 1}, {"a": 0}, LIMITS) == []


@given(COUNTS)
def test_a_snapshot_has_not_drifted_from_itself(counts):
    assert all(d.verdict == "ok" for d in label_drift(counts, counts, LIMITS))


@given(COUNTS, COUNTS)
def test_what_some_labels_gain_the_others_lose(before, now):
    assert sum(d.now - d.before for d in label_drift(before, now, LIMITS)) == pytest.approx(0)
