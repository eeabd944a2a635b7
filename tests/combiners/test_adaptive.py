"""The combiner that one can leave switched on."""

import numpy as np
import pytest

from benchmarks.synthetic_pools import POOLS, curve, specs, trial
from tests.combiners.pools import LABELS, fit, predict, skilled, uneven, weights, without_labels
from tickertone.combiners.adaptive import Adaptive
from tickertone.combiners.evidence import Evidence
from tickertone.combiners.mean import Mean
from tickertone.combiners.pool import Pool


def test_without_labels_it_is_the_mean():
    pool, _ = skilled({"a": 0.5, "b": 2.0}, texts=50, seed=0)
    expected = predict(without_labels(Mean(), pool), pool)
    assert predict(without_labels(Adaptive(), pool), pool) == pytest.approx(expected)


def test_one_strong_member_among_weak_ones_is_found():
    skills = {"strong": 4.0, **{f"weak{i}": 0.1 for i in range(8)}}
    pool, labels = skilled(skills, texts=60, seed=1)
    found = weights(fit(Adaptive(), pool, labels))
    assert found.pop("strong") > 4 * max(found.values())


def test_equal_members_keep_nearly_equal_weights():
    pool, labels = skilled({f"m{i}": 1.0 for i in range(6)}, texts=24, seed=2)
    found = weights(fit(Adaptive(), pool, labels)).values()
    assert max(found) < 2.5 * min(found)


def test_members_that_are_sure_of_one_label_too_often_have_their_threshold_moved():
    generator = np.random.default_rng(3)
    labels = generator.integers(2, size=200)
    lean = np.array([3.0, 0.0])  # for the first label, whatever the text says
    logits = {
        f"m{i}": np.eye(2)[labels] * 2 + generator.normal(size=(200, 2)) + lean for i in range(4)
    }
    pool = Pool.gather(("negative", "positive"), logits)
    few = np.concatenate([np.flatnonzero(labels == k)[:16] for k in range(2)])[None, :]
    right = Adaptive().fit(Evidence(pool, labels), few).predict(pool)[0].argmax(axis=1) == labels
    assert right.mean() > (pool.mean_probabilities.argmax(axis=1) == labels).mean() + 0.1


def test_a_member_that_lacks_a_label_takes_part_once_there_are_labels():
    """It alone can tell negative from positive, and the others neutral from the rest."""
    generator = np.random.default_rng(4)
    labels = generator.integers(3, size=300)
    truth = np.eye(3)[labels]
    binary = 3 * (truth - truth.mean(axis=1, keepdims=True)) + generator.normal(size=(300, 3)) / 2
    binary[:, 1] = np.nan
    whole = generator.normal(size=(300, 3)) + np.where(truth[:, [1]] == 1, [-2, 2, -2], [2, -2, 2])
    pool = Pool.gather(LABELS, {"binary": binary, "whole": whole})
    few = np.concatenate([np.flatnonzero(labels == k)[:16] for k in range(3)])[None, :]
    fitted = Adaptive().fit(Evidence(pool, labels), few)
    right = fitted.predict(pool)[0].argmax(axis=1) == labels
    assert right.mean() > (pool.mean_probabilities.argmax(axis=1) == labels).mean() + 0.15
    assert dict(zip(fitted.members, fitted.weights[0], strict=True))["binary"] > 0.2


@pytest.mark.parametrize("unlabelled", [uneven(texts=1000, seed=6)[0], None], ids=["and", "none"])
def test_labels_drawn_evenly_do_not_make_rare_ones_common(unlabelled):
    """Without an unlabelled part, the texts from which the labelled ones were drawn say enough."""
    pool, labels = uneven(texts=3000, seed=5)
    few = np.stack(
        [
            np.concatenate([np.flatnonzero(labels == k)[16 * i : 16 * i + 16] for k in range(3)])
            for i in range(8)
        ]
    )
    found = Adaptive().fit(Evidence(pool, labels, unlabelled), few).predict(pool)
    right = (found.argmax(axis=2) == labels).mean()
    assert right > (pool.mean_probabilities.argmax(axis=1) == labels).mean() - 0.02


@pytest.mark.parametrize("texts", [8, 128])
def test_a_label_that_no_labelled_text_has_is_still_found(texts):
    pool, labels = skilled({"a": 1.0, "b": 2.0, "c": 1.5}, texts=600, seed=8)
    known = np.flatnonzero(labels != 2)[:texts]
    fitted = fit(Adaptive(), pool.rows(known), labels[known])
    recall = (predict(fitted, pool).argmax(axis=1) == 2)[labels == 2].mean()
    assert recall > (pool.mean_probabilities.argmax(axis=1) == 2)[labels == 2].mean() - 0.15


@pytest.mark.slow
@pytest.mark.parametrize("name", POOLS)
def test_on_synthetic_pools_it_is_at_most_a_point_below_the_best_of_all(name):
    budgets = (8, 16, 32, 64, 128)
    of = trial(name, texts=4000)
    found = {kind: curve(spec, of, budgets, draws=100) for kind, spec in specs().items()}
    own = np.array(found.pop("adaptive"))
    assert (own > np.max([*found.values()], axis=0) - 0.01).all()
