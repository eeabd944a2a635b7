import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tickertone.errors import DataError
from tickertone.metrics.transfer.leep import leep


@st.composite
def cases(draw):
    """Soft outputs over 1 to 4 source labels for 1 to 12 texts of 1 to 3 target labels."""
    texts, width = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    weights = draw(arrays(np.float64, (texts, width), elements=st.floats(0, 1)))
    weights[:, 0] += 0.01
    labels = draw(arrays(np.int64, texts, elements=st.integers(0, 2)))
    return weights / weights.sum(axis=1, keepdims=True), labels


def by_the_letter(probabilities, labels):
    """The three steps of the paper's section 3, one sum at a time."""
    texts, width = probabilities.shape
    total = 0.0
    for i in range(texts):
        expected = 0.0
        for z in range(width):
            of_z = sum(probabilities[j, z] for j in range(texts))
            both = sum(probabilities[j, z] for j in range(texts) if labels[j] == labels[i])
            expected += probabilities[i, z] * both / of_z if of_z else 0.0
        total += math.log(expected)
    return total / texts


def entropy(labels):
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    return -(shares * np.log(shares)).sum()


def test_leep_worked_out_by_hand():
    # P(y=0 | z) = 14/15 and 2/5, so the texts' true labels get 62/75, 18/25 and 41/75.
    probabilities = np.array([[0.8, 0.2], [0.6, 0.4], [0.1, 0.9]])
    expected = (math.log(62 / 75) + math.log(18 / 25) + math.log(41 / 75)) / 3
    assert leep(probabilities, np.array([0, 0, 1])) == pytest.approx(expected)


@given(cases())
def test_leep_is_that_of_the_papers_formula(case):
    assert leep(*case) == pytest.approx(by_the_letter(*case), abs=1e-9)


@given(cases())
def test_leep_lies_between_minus_the_entropy_of_the_labels_and_0(case):
    assert -entropy(case[1]) - 1e-9 <= leep(*case) <= 0


@given(cases(), st.permutations(range(3)))
def test_names_of_labels_and_the_order_of_source_labels_do_not_matter(case, names):
    probabilities, labels = case
    renamed = 10 * np.array(names)[labels] - 5
    assert leep(probabilities[:, ::-1], renamed) == pytest.approx(leep(*case), abs=1e-12)


def test_outputs_that_say_nothing_score_minus_the_entropy_and_sure_ones_0():
    labels = np.array([0, 0, 0, 1])
    assert leep(np.full((4, 3), 1 / 3), labels) == pytest.approx(-entropy(labels))
    assert leep(np.eye(2)[labels], labels) == 0
    assert leep(np.eye(2)[1 - labels], labels) == 0  # other names for the same thing


def test_hard_outputs_score_minus_the_entropy_of_true_given_predicted():
    predicted, labels = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 1])
    assert leep(np.eye(2)[predicted], labels) == pytest.approx(-2 / 5 * math.log(2))


def test_a_source_label_that_no_text_gets_changes_nothing():
    probabilities = np.array([[0.8, 0.2], [0.6, 0.4], [0.1, 0.9]])
    labels = np.array([0, 0, 1])
    wider = np.hstack([probabilities, np.zeros((3, 1))])
    assert leep(wider, labels) == leep(probabilities, labels)


def test_rows_that_sum_to_one_only_nearly_are_taken_for_what_they_mean():
    probabilities, labels = np.array([[0.8, 0.2], [0.6, 0.4], [0.1, 0.9]]), np.array([0, 0, 1])
    rough = probabilities * [[1.0004], [0.9997], [1.0]]
    assert leep(rough, labels) == pytest.approx(leep(probabilities, labels), abs=1e-12)


@pytest.mark.parametrize(
    ("probabilities", "labels", "found"),
    [
        (np.empty((0, 2)), [], "no labelled text"),
        ([[0.5, 0.5]], [0, 1], "outputs of shape"),
        ([[2.0, -1.0]], [0], "no probabilities"),
        ([[0.5, 0.1]], [0], "no probabilities"),
        ([[0.5, np.nan]], [0], "no number"),
    ],
)
def test_what_is_no_distribution_for_each_text_is_refused(probabilities, labels, found):
    with pytest.raises(DataError, match=found):
        leep(np.array(probabilities), np.array(labels, dtype=np.int64))
