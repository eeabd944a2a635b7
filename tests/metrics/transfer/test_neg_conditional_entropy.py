import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.errors import DataError
from tickertone.metrics.transfer.leep import leep
from tickertone.metrics.transfer.neg_conditional_entropy import neg_conditional_entropy

pairs = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=30)


def test_worked_out_by_hand():
    # True 0: predicted 0 0 0 1. True 1: always 1. Weights 4/6 and 2/6.
    predicted, labels = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 0, 0, 1, 1])
    expected = 4 / 6 * (3 / 4 * math.log(3 / 4) + 1 / 4 * math.log(1 / 4))
    assert neg_conditional_entropy(predicted, labels) == pytest.approx(expected)


@given(pairs)
def test_it_is_the_entropy_of_true_less_that_of_both_together(case):
    predicted, labels = np.array(case).T

    def entropy(values):
        shares = np.unique(values, axis=0, return_counts=True)[1] / len(values)
        return -(shares * np.log(shares)).sum()

    expected = entropy(labels[:, None]) - entropy(np.array(case))
    assert neg_conditional_entropy(predicted, labels) == pytest.approx(expected, abs=1e-12)
    assert -math.log(3) - 1e-12 <= neg_conditional_entropy(predicted, labels) <= 0


@given(pairs)
def test_leep_of_hard_outputs_is_the_same_score_with_the_roles_exchanged(case):
    predicted, labels = np.array(case).T
    hard = np.eye(3)[predicted]
    assert leep(hard, labels) == pytest.approx(neg_conditional_entropy(labels, predicted), abs=1e-9)


def test_the_highest_score_goes_to_every_steady_answer_also_a_wrong_one():
    labels = np.array([0, 1, 0, 1])
    for predicted in (labels, 1 - labels, np.zeros(4, dtype=np.int64)):
        assert neg_conditional_entropy(predicted, labels) == 0
    assert leep(np.eye(2)[np.zeros(4, dtype=np.int64)], labels) == pytest.approx(-math.log(2))


@pytest.mark.parametrize(("predicted", "labels"), [([], []), ([0], [0, 1]), ([[0.4, 0.6]], [0])])
def test_anything_but_one_decision_for_each_of_some_texts_is_refused(predicted, labels):
    with pytest.raises(DataError):
        neg_conditional_entropy(np.array(predicted), np.array(labels, dtype=np.int64))
