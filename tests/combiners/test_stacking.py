import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tests.combiners.pools import LABELS, blind, fit, predict, skilled, weights
from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Pool
from tickertone.combiners.stacking import Stacking


def test_predictions_are_those_of_scikit_learn_on_the_same_features():
    pool, labels = skilled({"a": 1.0, "b": 2.0})
    logs = pool.log_probabilities
    features = np.hstack([m - m.mean(axis=1, keepdims=True) for m in logs])
    expected = LogisticRegression(C=0.1, tol=1e-10, solver="newton-cholesky").fit(features, labels)
    predicted = predict(fit(Stacking(c=0.1), pool, labels), pool)
    assert np.allclose(predicted, expected.predict_proba(features), rtol=0, atol=1e-6)


def test_predictions_for_two_labels_are_those_of_scikit_learn_too():
    pool, labels = skilled({"a": 1.0, "b": 2.0})
    binary = Pool.gather(
        ("no", "yes"), {m: pool.logits[i, :, :2] for i, m in enumerate(pool.members)}
    )
    truth = np.minimum(labels, 1)
    features = np.hstack([m - m.mean(axis=1, keepdims=True) for m in binary.log_probabilities])
    expected = LogisticRegression(C=1.0, tol=1e-10, solver="newton-cholesky").fit(features, truth)
    predicted = predict(fit(Stacking(c=1.0), binary, truth), binary)
    assert np.allclose(predicted, expected.predict_proba(features), rtol=0, atol=1e-6)


def test_it_repairs_a_member_that_confuses_two_labels_always():
    pool, labels = skilled({"swapped": 4.0, "noise": 0.0})
    swapped = pool.logits[pool.members.index("swapped")][:, [0, 2, 1]]
    noise = pool.logits[pool.members.index("noise")]
    pool = Pool.gather(LABELS, {"swapped": swapped, "noise": noise})
    fitted = fit(Stacking(c=0.1), pool, labels)
    assert (swapped.argmax(axis=1) == labels).mean() < 0.5
    assert (predict(fitted, pool).argmax(axis=1) == labels).mean() > 0.9


def test_the_better_member_has_the_larger_share_of_the_coefficients():
    pool, labels = skilled({"good": 3.0, "noise": 0.0})
    assert weights(fit(Stacking(c=0.1), pool, labels))["good"] > 0.8


def test_a_label_that_was_not_seen_keeps_the_mean_probability_of_the_members():
    pool, labels = skilled({"a": 1.0, "b": 2.0})
    seen = labels != 1
    part = Pool.gather(LABELS, dict(zip(pool.members, pool.logits[:, seen], strict=True)))
    predicted = predict(fit(Stacking(c=0.1), part, labels[seen]), pool)
    assert np.allclose(predicted[:, 1], pool.probabilities[:, :, 1].mean(axis=0))
    assert predicted.sum(axis=1) == pytest.approx(1)
    assert (predicted[labels == 2][:, 2] > predicted[labels == 2][:, 0]).mean() > 0.9


def test_fitted_on_one_label_alone_it_is_the_mean():
    pool, _ = skilled({"a": 1.0, "b": 2.0})
    fitted = fit(Stacking(c=0.1), pool, np.full(300, 2))
    assert np.allclose(predict(fitted, pool), pool.probabilities.mean(axis=0))
    assert weights(fitted) == {"a": 0.5, "b": 0.5}


def test_each_of_many_draws_is_the_regression_of_scikit_learn_on_its_rows():
    pool, labels = skilled({"a": 1.0, "b": 2.0, "c": 0.5})
    draws = np.stack([np.random.default_rng(seed).permutation(300)[:24] for seed in range(8)])
    predicted = Stacking(c=0.1).fit(Evidence(pool, labels), draws).predict(pool)
    for draw, probabilities in zip(draws, predicted, strict=True):
        model = LogisticRegression(C=0.1, tol=1e-10, solver="newton-cholesky")
        model.fit(pool.features[draw], labels[draw])
        expected = model.predict_proba(pool.features)
        assert np.allclose(probabilities, expected, rtol=0, atol=1e-6)


def test_draws_that_know_different_labels_are_fitted_side_by_side():
    pool, labels = skilled({"a": 1.0, "b": 2.0})
    rows = [np.flatnonzero(labels == kind)[:6] for kind in range(3)]
    draws = np.stack([np.r_[rows[0], rows[1]], np.r_[rows[1], rows[2]], np.r_[rows[2], rows[2]]])
    evidence = Evidence(pool, labels)
    together = Stacking(c=0.1).fit(evidence, draws).predict(pool)
    for draw, probabilities in zip(draws, together, strict=True):
        alone = Stacking(c=0.1).fit(evidence, draw[None]).predict(pool)[0]
        assert np.allclose(probabilities, alone, rtol=0, atol=1e-12)


def test_a_member_that_knows_two_of_three_labels_helps_to_tell_these_apart():
    pool, labels = skilled({"complete": 0.5, "partial": 4.0})
    pool = blind(pool, partial=[1])
    fitted = fit(Stacking(c=0.1), pool, labels)
    right = predict(fitted, pool).argmax(axis=1) == labels
    alone = pool.mean_probabilities.argmax(axis=1) == labels
    assert weights(fitted)["partial"] > 0.5
    assert right[labels != 1].mean() > alone[labels != 1].mean() + 0.2
