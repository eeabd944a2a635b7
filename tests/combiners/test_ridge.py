import numpy as np
import pytest

from tests.combiners.pools import fit, predict, skilled, weights
from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Pool
from tickertone.combiners.ridge import Ridge, _ridge
from tickertone.combiners.simplex import onto_simplex


def written_out(pool, labels, rows):
    """Slopes and intercepts by solving every system anew, once for each text left out."""
    kinds, members = len(pool.labels), len(pool.members)
    offsets = np.tile(np.eye(kinds) - 1 / kinds, (pool.logits.shape[1], 1, 1))
    design = np.concatenate([pool.probabilities.transpose(1, 2, 0) - 1 / kinds, offsets], axis=2)
    left = np.eye(kinds)[labels] - pool.mean_probabilities

    def solved(of, penalty):
        x, y = design[of].reshape(-1, members + kinds), left[of].reshape(-1)
        return np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ y)

    def left_out(penalty):
        return sum(
            ((left[row] - design[row] @ solved(rows[rows != row], penalty)) ** 2).sum()
            for row in rows
        )

    errors = {penalty: left_out(penalty) for penalty in np.logspace(-2, 4, 25)}
    best = min(errors, key=errors.get)
    none = (left[rows] ** 2).sum()
    return solved(rows, best) if errors[best] < none else np.zeros(members + kinds)


@pytest.mark.parametrize("seed", range(6))
def test_the_penalty_is_the_one_that_predicts_texts_left_out_best(seed):
    pool, labels = skilled({"a": 0.3, "b": 1.0, "c": 2.0, "d": 1.0}, texts=60, seed=seed)
    draws = np.stack([np.random.default_rng(seed + i).permutation(60)[:12] for i in range(3)])
    fitted = Ridge().fit(Evidence(pool, labels), draws)
    for i, rows in enumerate(draws):
        expected = written_out(pool, labels, rows)
        assert np.allclose(fitted.slopes[i], 1 / 4 + expected[:4], rtol=0, atol=1e-8)
        assert np.allclose(fitted.intercepts[i], expected[4:], rtol=0, atol=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_learnt_from_what_does_not_repeat(seed):
    """Left out, each of six texts at right angles is told the same under every penalty."""
    turned, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(6, 6)))
    for features in (np.eye(6), turned):
        found = _ridge(features.reshape(1, 6, 1, 6), np.ones((1, 6, 1)))
        assert found.tolist() == [[0.0] * 6]


def test_one_text_leaves_the_mean():
    pool, labels = skilled({"a": 0.3, "b": 1.0, "c": 2.0}, texts=40, seed=3)
    fitted = Ridge().fit(Evidence(pool, labels), np.arange(40)[:, None])
    assert np.allclose(fitted.predict(pool), pool.mean_probabilities, rtol=0, atol=1e-12)


def test_predictions_are_the_nearest_distribution_to_the_weighted_sum():
    pool, labels = skilled({"a": 0.5, "b": 2.0})
    fitted = fit(Ridge(), pool, labels)
    sums = np.tensordot(fitted.slopes[0], pool.probabilities, 1) + fitted.intercepts[0]
    assert np.allclose(predict(fitted, pool), onto_simplex(sums))


def test_a_good_member_among_noise_gets_most_of_the_weight():
    pool, labels = skilled({"good": 3.0, "noise": 0.0, "other_noise": 0.0})
    assert weights(fit(Ridge(), pool, labels))["good"] > 0.8


def test_members_that_all_lean_to_one_label_are_set_right():
    pool, labels = skilled({"a": 1.5, "b": 1.5})
    to_one_label = pool.logits + np.array([1.5, 0, 0])
    leaning = Pool.gather(pool.labels, dict(zip(pool.members, to_one_label, strict=True)))
    right = predict(fit(Ridge(), leaning, labels), leaning).argmax(axis=1) == labels
    assert right.mean() > (leaning.mean_probabilities.argmax(axis=1) == labels).mean() + 0.05
