import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tickertone.metrics import probabilistic as ours


def ece(probabilities, labels):
    probabilities, labels = np.array(probabilities, dtype=float), np.array(labels)
    predicted = probabilities.argmax(axis=1)
    gaps = ours.calibration_gaps(probabilities, predicted, labels)
    return float(ours.expected_calibration_error(gaps.sum(axis=0), len(labels)))


def random_case(texts=200, seed=0):
    generator = np.random.default_rng(seed)
    return generator.dirichlet([1, 1, 1], size=texts), generator.integers(3, size=texts)


def test_log_loss_is_that_of_scikit_learn():
    probabilities, labels = random_case()
    expected = sk.log_loss(labels, probabilities, labels=[0, 1, 2])
    assert ours.log_losses(probabilities, labels).mean() == pytest.approx(expected)


def test_a_true_label_of_probability_zero_costs_the_log_of_the_clip():
    costs = ours.log_losses(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1, 1]))
    assert costs == pytest.approx([-np.log(1e-15), 0.0])


def test_brier_is_that_of_scikit_learn_over_all_labels():
    probabilities, labels = random_case()
    expected = sk.brier_score_loss(labels, probabilities, labels=[0, 1, 2], scale_by_half=False)
    assert ours.brier_scores(probabilities, labels).mean() == pytest.approx(expected)


def test_brier_worked_out_by_hand():
    scores = ours.brier_scores(np.array([[0.7, 0.2, 0.1], [0.0, 0.0, 1.0]]), np.array([0, 1]))
    assert scores == pytest.approx([0.09 + 0.04 + 0.01, 2.0])


def test_ece_worked_out_by_hand():
    # Bin ].6, .667]: confidences .62 and .64, one right. Bin ].933, 1]: .95, right.
    probabilities = [[0.62, 0.38], [0.36, 0.64], [0.95, 0.05]]
    assert ece(probabilities, [0, 0, 0]) == pytest.approx((abs(1 - 1.26) + abs(1 - 0.95)) / 3)


def test_a_sure_and_right_system_has_ece_0_and_a_sure_and_wrong_one_1():
    sure = np.eye(3)[[0, 1, 2, 0]]
    assert ece(sure, [0, 1, 2, 0]) == 0
    assert ece(sure, [1, 2, 0, 1]) == 1


def test_simulated_calibrated_probabilities_have_a_small_ece():
    generator = np.random.default_rng(1)
    positive = generator.uniform(size=50_000)
    labels = (generator.uniform(size=50_000) < positive).astype(int)
    assert ece(np.column_stack([1 - positive, positive]), labels) < 0.01
    overconfident = np.where(positive > 0.5, 0.99, 0.01)
    assert ece(np.column_stack([1 - overconfident, overconfident]), labels) > 0.2


@given(
    arrays(np.float64, (9, 3), elements=st.floats(0.001, 1)),
    arrays(np.int64, 9, elements=st.integers(0, 2)),
)
def test_ece_lies_between_0_and_1(weights, labels):
    assert 0 <= ece(weights / weights.sum(axis=1, keepdims=True), labels) <= 1


@pytest.mark.parametrize(("confidence", "expected"), [(0.6, 8), (0.6001, 9), (1.0, 14)])
def test_a_bin_holds_its_upper_edge_and_not_its_lower_one(confidence, expected):
    assert ours.confidence_bins(np.array([[confidence, 1 - confidence]])).tolist() == [expected]


def test_the_reliability_of_each_bin_adds_up_to_ece():
    probabilities, labels = random_case()
    texts, confidence, accuracy = ours.reliability(
        probabilities, probabilities.argmax(axis=1), labels
    )
    assert texts.sum() == len(labels)
    assert np.isnan(confidence[texts == 0]).all()
    total = np.nansum(texts * np.abs(accuracy - confidence)) / len(labels)
    assert total == pytest.approx(ece(probabilities, labels))
