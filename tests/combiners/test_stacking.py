import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tests.combiners.pools import LABELS, skilled
from tickertone.combiners.pool import Pool
from tickertone.combiners.stacking import Stacking


def test_predictions_are_those_of_scikit_learn_on_the_same_features():
    pool, labels = skilled({"a": 1.0, "b": 2.0})
    logs = pool.log_probabilities
    features = np.hstack([m - m.mean(axis=1, keepdims=True) for m in logs])
    expected = LogisticRegression(C=0.1, max_iter=1000).fit(features, labels)
    predicted = Stacking(c=0.1).fit(pool, labels).predict(pool)
    assert np.allclose(predicted, expected.predict_proba(features))


def test_predictions_for_two_labels_are_those_of_scikit_learn_too():
    pool, labels = skilled({"a": 1.0, "b": 2.0})
    binary = Pool.gather(
        ("no", "yes"), {m: pool.logits[i, :, :2] for i, m in enumerate(pool.members)}
    )
    truth = np.minimum(labels, 1)
    features = np.hstack([m - m.mean(axis=1, keepdims=True) for m in binary.log_probabilities])
    expected = LogisticRegression(C=1.0, max_iter=1000).fit(features, truth)
    predicted = Stacking(c=1.0).fit(binary, truth).predict(binary)
    assert np.allclose(predicted, expected.predict_proba(features))


def test_it_repairs_a_member_that_confuses_two_labels_always():
    pool, labels = skilled({"swapped": 4.0, "noise": 0.0})
    swapped = pool.logits[pool.members.index("swapped")][:, [0, 2, 1]]
    noise = pool.logits[pool.members.index("noise")]
    pool = Pool.gather(LABELS, {"swapped": swapped, "noise": noise})
    fitted = Stacking(c=0.1).fit(pool, labels)
    assert (swapped.argmax(axis=1) == labels).mean() < 0.5
    assert (fitted.predict(pool).argmax(axis=1) == labels).mean() > 0.9


def test_the_better_member_has_the_larger_share_of_the_coefficients():
    pool, labels = skilled({"good": 3.0, "noise": 0.0})
    weights = dict(Stacking(c=0.1).fit(pool, labels).weights)
    assert weights["good"] > 0.8


def test_a_label_that_was_not_seen_keeps_the_mean_probability_of_the_members():
    pool, labels = skilled({"a": 1.0, "b": 2.0})
    seen = labels != 1
    part = Pool.gather(LABELS, dict(zip(pool.members, pool.logits[:, seen], strict=True)))
    predicted = Stacking(c=0.1).fit(part, labels[seen]).predict(pool)
    assert np.allclose(predicted[:, 1], pool.probabilities[:, :, 1].mean(axis=0))
    assert predicted.sum(axis=1) == pytest.approx(1)
    assert (predicted[labels == 2][:, 2] > predicted[labels == 2][:, 0]).mean() > 0.9


def test_fitted_on_one_label_alone_it_is_the_mean():
    pool, _ = skilled({"a": 1.0, "b": 2.0})
    fitted = Stacking(c=0.1).fit(pool, np.full(300, 2))
    assert np.allclose(fitted.predict(pool), pool.probabilities.mean(axis=0))
    assert fitted.weights == (("a", 0.5), ("b", 0.5))
