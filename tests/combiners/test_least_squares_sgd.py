import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDRegressor

from tests.combiners.pools import blind, fit, predict, skilled, weights, without_labels
from tickertone.combiners.evidence import Evidence
from tickertone.combiners.half_hard_mean import HalfHardMean
from tickertone.combiners.least_squares_sgd import LeastSquaresSGD
from tickertone.combiners.pool import Pool

PAPER = LeastSquaresSGD(passes=5, alpha=1e-4)
STRENGTHS = {f"m{i}": 0.3 + 0.3 * i for i in range(6)}


def two_labels(seed=0, texts=200):
    pool, labels = skilled(STRENGTHS, texts=texts, seed=seed)
    logits = dict(zip(pool.members, pool.logits[:, labels < 2, :2], strict=True))
    return Pool.gather(("negative", "positive"), logits), labels[labels < 2]


def in_turns(rows, labels):
    """Rows in an order in which labels alternate, that of the first row first."""
    queues = {label: [r for r in rows if labels[r] == label] for label in labels[rows]}
    return [r for place in range(len(rows)) for q in queues.values() for r in q[place : place + 1]]


def of_scikit_learn(features, targets):
    """The same passes from equal weights by scikit-learn's SGDRegressor, without shuffling."""
    members = features.shape[1]
    model = SGDRegressor(alpha=1e-4, max_iter=5, tol=None, shuffle=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(
            features, targets, coef_init=np.full(members, 1 / members), intercept_init=[0.0]
        )


def half_hard(pool, label):
    return ((pool.probabilities + pool.votes)[:, :, label] / 2).T


def few(labels, per_class, seed):
    """So many rows of label 1, then as many of label 0."""
    order = np.random.default_rng(seed).permutation(len(labels))
    return np.concatenate([order[labels[order] == kind][:per_class] for kind in (1, 0)])


@pytest.mark.parametrize("per_class", [1, 8, 40])
def test_two_labels_are_one_regression_the_passes_of_scikit_learn(per_class):
    pool, labels = two_labels()
    draws = np.stack([few(labels, per_class, seed) for seed in range(4)])
    fitted = PAPER.fit(Evidence(pool, labels), draws)
    for draw, slopes, intercepts, found in zip(
        draws, fitted.slopes, fitted.intercepts, fitted.predict(pool), strict=True
    ):
        rows = in_turns(draw, labels)
        model = of_scikit_learn(half_hard(pool, 1)[rows], labels[rows].astype(float))
        assert np.allclose(slopes[0], model.coef_, rtol=0, atol=1e-12)
        assert np.allclose(intercepts, model.intercept_, rtol=0, atol=1e-12)
        values = model.predict(half_hard(pool, 1))
        assert np.allclose(found[:, 1], np.clip(values, 0, 1))
        assert (found.argmax(axis=1) == (values > 0.5)).all()


def test_more_labels_are_a_regression_each():
    pool, labels = skilled(STRENGTHS, texts=60)
    fitted = fit(PAPER, pool, labels)
    rows = in_turns(np.arange(60), labels)
    for kind in range(3):
        model = of_scikit_learn(half_hard(pool, kind)[rows], (labels[rows] == kind).astype(float))
        assert np.allclose(fitted.slopes[0, kind], model.coef_, rtol=0, atol=1e-12)
    values = np.einsum("rm,mtr->tr", fitted.slopes[0], (pool.probabilities + pool.votes) / 2)
    decisions = (values + fitted.intercepts).argmax(axis=1)
    assert predict(fitted, pool).argmax(axis=1).tolist() == decisions.tolist()


def test_before_the_first_label_it_is_the_half_hard_mean():
    pool, _ = two_labels()
    expected = predict(without_labels(HalfHardMean(), pool), pool)
    assert np.allclose(predict(without_labels(PAPER, pool), pool), expected)


def test_the_order_of_the_labels_in_a_draw_is_no_order_of_learning():
    pool, labels = two_labels()
    evidence = Evidence(pool, labels)
    by_label = np.concatenate([np.flatnonzero(labels == kind)[:5] for kind in (0, 1)])
    mixed = by_label[[0, 5, 1, 6, 2, 7, 3, 8, 4, 9]]
    one, other = (PAPER.fit(evidence, rows[None]) for rows in (by_label, mixed))
    assert one.slopes.tolist() == other.slopes.tolist()


def test_a_member_that_does_not_know_every_label_is_left_out():
    pool, labels = skilled({"a": 1.0, "b": 2.0, "c": 3.0})
    some = Pool.gather(pool.labels, dict(zip("ab", pool.logits[:2], strict=True)))
    blinded = blind(pool, c=[1])
    fitted = fit(PAPER, blinded, labels)
    assert weights(fitted)["c"] == 0
    assert np.allclose(predict(fitted, blinded), predict(fit(PAPER, some, labels), some))
