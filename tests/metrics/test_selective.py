import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.errors import ConfigError, DataError
from tickertone.metrics.selective import SHARES, selective_accuracy

outcomes = st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=40)


def arrays(pairs):
    return np.array([c for c, _ in pairs], dtype=float), np.array([r for _, r in pairs])


def test_worked_out_by_hand():
    confidence = np.array([0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5])
    right = np.array([1, 1, 1, 0, 1, 1, 0, 1, 0, 0], dtype=bool)
    expected = [6 / 10, 6 / 9, 6 / 8, 5 / 7, 5 / 6, 4 / 5]
    assert selective_accuracy(confidence, right) == pytest.approx(expected)


def test_equals_that_do_not_all_fit_in_count_as_their_mean():
    confidence, right = np.array([0.9, 0.6, 0.6, 0.6]), np.array([True, True, False, False])
    assert selective_accuracy(confidence, right, (0.5, 0.75)) == pytest.approx(
        [(1 + 1 / 3) / 2, (1 + 2 / 3) / 3]
    )


def test_a_share_is_rounded_up_to_whole_texts():
    confidence, right = np.array([3.0, 2, 1]), np.array([True, False, False])
    assert selective_accuracy(confidence, right, (0.01, 0.34, 0.7)) == pytest.approx(
        [1, 1 / 2, 1 / 3]
    )

    assert 0.55 * 100 > 55  # but 55 texts are meant
    assert selective_accuracy(-np.arange(100.0), np.arange(100) < 55, (0.55,)) == 1


@given(outcomes, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(pairs, random):
    first = selective_accuracy(*arrays(pairs))
    random.shuffle(pairs)
    assert selective_accuracy(*arrays(pairs)) == pytest.approx(first)


@given(outcomes)
def test_it_is_a_share_equals_accuracy_on_all_and_sees_only_the_order_of_confidence(pairs):
    confidence, right = arrays(pairs)
    found = selective_accuracy(confidence, right)
    assert found.shape == (len(SHARES),)
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()
    assert found[0] == pytest.approx(right.mean())
    assert selective_accuracy(np.exp(confidence) - 7, right) == pytest.approx(found)


def test_without_any_difference_in_confidence_every_share_has_the_same_accuracy():
    right = np.arange(30) % 3 == 0
    assert selective_accuracy(np.ones(30), right) == pytest.approx(np.full(6, 1 / 3))


def test_where_confidence_is_earned_the_confident_half_is_more_accurate():
    random = np.random.default_rng(0)
    confidence = random.uniform(0.5, 1, size=5000)
    found = selective_accuracy(confidence, random.uniform(size=5000) < confidence)
    assert (np.diff(found) > 0).all()
    assert found[[0, -1]] == pytest.approx([0.75, 0.875], abs=0.03)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ConfigError):
        selective_accuracy(np.ones(2), np.ones(2, dtype=bool), (0.0,))
    for confidence, right in ((np.ones(0), np.ones(0)), (np.ones(2), np.ones(3))):
        with pytest.raises(DataError):
            selective_accuracy(confidence, right.astype(bool))
    with pytest.raises(DataError):
        selective_accuracy(np.array([np.nan]), np.array([True]))
