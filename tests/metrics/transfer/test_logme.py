import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from tickertone.errors import DataError
from tickertone.metrics.transfer.logme import LEAST_NOISE, logme

MOST = -math.log(2 * math.pi * LEAST_NOISE) / 2  # the log density of no error at all


def case(texts, features, seed, signal=1.0):
    random = np.random.default_rng(seed)
    labels = random.integers(3, size=texts)
    centres = random.normal(size=(3, features)) * signal
    return centres[labels] + random.normal(size=(texts, features)), labels


def log_density(eigenvalues, squares, alpha, beta):
    """Of N(0, F F' / alpha + 1 / beta), in the basis of the eigenvectors of F F'."""
    variances = eigenvalues / alpha + 1 / beta
    return -(np.log(2 * np.pi * variances) + squares / variances).sum(axis=-1) / 2


def maximised_directly(features, labels):
    """The evidence in alpha and beta: the best of a fine grid, and uphill from there."""
    eigenvalues, vectors = np.linalg.eigh(features @ features.T)
    found = []
    for label in np.unique(labels):
        squares = (vectors.T @ (labels == label)) ** 2

        def loss(logs, squares=squares):
            alpha, beta = np.exp(np.asarray(logs))
            return -log_density(eigenvalues.clip(0), squares, alpha[..., None], beta[..., None])

        bounds = [(-12, 25), (-5, -math.log(LEAST_NOISE))]
        grid = np.stack(np.meshgrid(*(np.linspace(*bound, 60) for bound in bounds)))
        at = np.unravel_index(loss(grid).argmin(), grid.shape[1:])
        start = grid[(slice(None), *at)]
        climb = optimize.minimize(loss, start, bounds=bounds, method="Nelder-Mead")
        found.append(-climb.fun)
    return np.mean(found) / len(labels)


def test_the_density_that_is_climbed_here_is_that_of_scipy():
    features, labels = case(9, 4, 0)
    eigenvalues, vectors = np.linalg.eigh(features @ features.T)
    indicator = (labels == 1).astype(float)
    expected = stats.multivariate_normal.logpdf(
        indicator, cov=features @ features.T / 2 + np.eye(9) / 3
    )
    assert log_density(eigenvalues, (vectors.T @ indicator) ** 2, 2, 3) == pytest.approx(expected)


def test_logme_worked_out_by_hand():
    # One feature of length 1, half along label 0's indicator: with u = alpha / (alpha + beta) the
    # evidence of label 0 is highest at u = 1/9, noise variance 1/4; that of label 1 at alpha
    # infinite, u = 1, noise variance 1/4 as well.
    features, labels = np.full((4, 1), 0.5), np.array([0, 0, 0, 1])
    without_weights = -2 * math.log(math.pi / 2) - 2
    expected = (without_weights + math.log(1 / 9) / 2 + without_weights) / 2 / 4
    assert logme(features, labels) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("texts", "features", "signal"),
    [(40, 5, 1.0), (40, 5, 0.2), (60, 2, 3.0), (25, 20, 0.5), (12, 30, 0.3), (30, 1, 0.0)],
)
def test_logme_is_the_maximum_that_a_general_optimiser_finds(texts, features, signal):
    for seed in range(2):
        drawn = case(texts, features, seed, signal)
        assert logme(*drawn) == pytest.approx(maximised_directly(*drawn), abs=2e-5)


def test_features_that_tell_the_labels_score_higher():
    scores = [logme(*case(200, 8, 1, signal)) for signal in (0.0, 0.3, 1.0, 3.0)]
    assert scores == sorted(scores)
    assert scores[-1] - scores[0] > 0.5


def test_features_that_are_all_0_score_as_noise_alone():
    labels = np.array([0, 0, 1])
    expected = np.mean([-(math.log(2 * math.pi * share) + 1) / 2 for share in (2 / 3, 1 / 3)])
    assert logme(np.zeros((3, 4)), labels) == pytest.approx(expected)


def test_features_without_any_signal_add_nothing():
    labels = np.array([0, 1, 0, 1])
    blind = np.array([[1.0], [1.0], [-1.0], [-1.0]])
    assert logme(blind, labels) == pytest.approx(logme(np.zeros((4, 1)), labels))


def test_a_constant_feature_serves_as_the_intercept():
    features, labels = case(50, 3, 0)
    shifted = features + 5
    with_ones = logme(np.hstack([shifted, 5 * np.ones((50, 1))]), labels)
    assert with_ones > logme(shifted, labels)
    assert with_ones == pytest.approx(
        maximised_directly(np.hstack([shifted, 5 * np.ones((50, 1))]), labels), abs=2e-5
    )


def test_labels_that_are_explained_without_error_score_at_most_the_bound():
    labels = np.array([0, 1] * 50)
    score = logme(np.eye(2)[labels], labels)
    assert MOST - 0.5 < score < MOST
    assert math.isfinite(logme(np.eye(3), np.array([0, 1, 2])))


@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1e30])
def test_the_scale_of_the_features_does_not_matter(scale):
    features, labels = case(30, 4, 2)
    assert logme(features * scale, labels) == pytest.approx(logme(features, labels), abs=1e-9)


@given(
    texts=st.integers(1, 15), width=st.integers(1, 20), seed=st.integers(0, 99), rank=st.booleans()
)
def test_it_is_finite_bounded_and_blind_to_rotations_and_to_empty_columns(texts, width, seed, rank):
    features, labels = case(texts, width, seed)
    if rank:
        features[:, -1] = features[:, 0]
    score = logme(features, labels)
    assert score <= MOST
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(width, width)))[0]
    wider = np.hstack([features @ turn, np.zeros((texts, 2))])
    assert logme(wider, 7 - labels) == pytest.approx(score, abs=1e-5)


@pytest.mark.parametrize(
    ("features", "labels"),
    [(np.empty((0, 2)), []), (np.ones((2, 2)), [0]), ([[np.inf]], [0]), (np.ones(2), [0, 1])],
)
def test_what_is_no_row_of_finite_features_for_each_text_is_refused(features, labels):
    with pytest.raises(DataError):
        logme(np.array(features), np.array(labels, dtype=np.int64))
