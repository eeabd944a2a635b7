"""Logistic regression under a Gaussian prior, against slow ways of getting the same."""

import numpy as np
import pytest
from scipy import integrate, optimize
from scipy.special import softmax

from tickertone.combiners.bayes_logistic import Prior, posterior, probabilities

PRIOR = Prior(np.array([1.0, 0.0, 0.5]), np.array([1.0, 4.0, 0.25]))
OFFSET = np.array([[0.7, -0.4, 0.0]])
NONE = np.zeros((1, 3))


def data(rows=30, labels=3, draws=1, seed=0):
    generator = np.random.default_rng(seed)
    design = generator.normal(size=(draws, rows, labels, 3))
    targets = generator.integers(labels, size=(draws, rows))
    return design, targets


def log_joint(weights, design, targets, offset, prior=PRIOR):
    """The log of likelihood times prior of one draw, the prior's constant included."""
    scores = design @ weights + offset
    logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    away = prior.precision * (weights - prior.mean) ** 2
    prior_log = np.log(prior.precision / (2 * np.pi)) - away
    return logs[np.arange(len(targets)), targets].sum() + prior_log.sum() / 2


@pytest.mark.parametrize("offset", [NONE, OFFSET], ids=["as they occur", "chosen by label"])
def test_the_mode_is_the_highest_point_of_the_posterior(offset):
    design, targets = data()
    slow = optimize.minimize(
        lambda w: -log_joint(w, design[0], targets[0], offset[0]),
        PRIOR.mean,
        options={"gtol": 1e-9},
    )
    assert posterior(design, targets, offset, PRIOR).modes[0] == pytest.approx(slow.x, abs=1e-6)


def test_the_evidence_of_one_parameter_is_its_integral():
    design, targets = data(rows=60)
    prior = Prior(np.array([0.3]), np.array([2.0]))

    def joint(weight):
        return np.exp(
            log_joint(np.array([weight]), design[0, :, :, :1], targets[0], OFFSET[0], prior) + 60
        )

    slow, _ = integrate.quad(joint, -6, 6, epsabs=1e-30, epsrel=1e-10, points=[-0.5, 0.0, 0.5])
    found = posterior(design[..., :1], targets, OFFSET, prior).log_evidence[0]
    assert found == pytest.approx(np.log(slow) - 60, abs=0.02)  # Laplace's approximation


@pytest.mark.parametrize("offset", [NONE, OFFSET], ids=["as they occur", "chosen by label"])
def test_rows_left_out_are_told_what_a_fit_without_them_would(offset):
    design, targets = data(rows=40)
    found = posterior(design, targets, offset, PRIOR)
    with_them = probabilities(design[0], found.modes)[0]
    slow = []
    for row in range(40):
        others = np.arange(40) != row
        modes = posterior(design[:, others], targets[:, others], offset, PRIOR).modes
        slow.append(softmax(design[0, row] @ modes[0]))
    error = np.abs(found.left_out[0] - slow)
    assert error.max() < 0.01
    assert error.mean() < np.abs(with_them - slow).mean() / 10


def test_a_draw_among_many_is_what_it_is_alone():
    design, targets = data(draws=4)
    together = posterior(design, targets, np.tile(OFFSET, (4, 1)), PRIOR)
    for draw in range(4):
        alone = posterior(design[[draw]], targets[[draw]], OFFSET, PRIOR)
        assert together.modes[draw] == pytest.approx(alone.modes[0], abs=1e-12)
        assert together.log_evidence[draw] == pytest.approx(alone.log_evidence[0], abs=1e-10)


def test_rows_that_can_be_told_apart_without_error_have_a_finite_mode():
    targets = np.array([[0, 1] * 10])
    design = np.zeros((1, 20, 2, 1))
    design[0, :, 1, 0] = np.where(targets[0] == 1, 50.0, -50.0)
    found = posterior(design, targets, np.zeros((1, 2)), Prior(np.zeros(1), np.array([0.01])))
    assert np.isfinite(found.modes).all()
    assert np.isfinite(found.log_evidence).all()
    assert found.left_out[0, np.arange(20), targets[0]].min() > 0.5


def test_a_label_chosen_more_often_than_it_occurs_is_not_found_more_often():
    """Four in five texts have label 0, half of those to learn from: of a constant, that is all."""
    targets = np.array([[0, 1] * 200])
    design = np.zeros((1, 400, 2, 1))
    design[0, :, 1, 0] = 1.0
    offset = np.log(np.array([[0.5 / 0.8, 0.5 / 0.2]]))
    found = posterior(design, targets, offset, Prior(np.zeros(1), np.array([1e-6])))
    assert probabilities(design[0], found.modes)[0, 0] == pytest.approx([0.8, 0.2], abs=1e-4)


def test_texts_are_told_the_softmax_of_their_scores():
    design, _ = data(rows=5)
    modes = np.array([[1.0, -1.0, 0.5], [0.0, 0.0, 0.0]])
    found = probabilities(design[0], modes)
    assert found[0] == pytest.approx(softmax(design[0] @ modes[0], axis=-1))
    assert found[1] == pytest.approx(np.full((5, 3), 1 / 3))
