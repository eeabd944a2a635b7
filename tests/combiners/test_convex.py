import numpy as np
import pytest
from scipy.optimize import minimize

from tests.combiners.pools import fit, skilled, weights
from tickertone.combiners.convex import Convex
from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Pool


def by_search(likelihoods, prior_texts):
    """The same weights from a general optimiser, as a softmax of free numbers."""
    members = len(likelihoods)

    def loss(free):
        logs = free - np.log(np.exp(free).sum())
        return -np.log(np.exp(logs) @ likelihoods).sum() - prior_texts / members * logs.sum()

    found = minimize(loss, np.zeros(members), method="BFGS", options={"gtol": 1e-9}).x
    return np.exp(found) / np.exp(found).sum()


@pytest.mark.parametrize("prior_texts", [0.5, 5.0, 50.0])
@pytest.mark.parametrize("rows", [2, 30])
def test_the_weights_are_those_of_the_highest_penalised_log_score(prior_texts, rows):
    pool, labels = skilled({"a": 0.3, "b": 1.0, "c": 1.5, "d": 1.4})
    draws = np.stack([np.random.default_rng(i).permutation(300)[:rows] for i in range(3)])
    evidence = Evidence(pool, labels)
    found = Convex(prior_texts=prior_texts).fit(evidence, draws).weights
    for shares, likelihoods in zip(found, evidence.likelihoods(draws), strict=True):
        assert np.allclose(shares, by_search(likelihoods, prior_texts), atol=1e-5)


def test_the_more_texts_speak_for_equal_weights_the_more_equal_they_are():
    pool, labels = skilled({"good": 3.0, "noise": 0.0})
    good = [weights(fit(Convex(prior_texts=p), pool, labels))["good"] for p in (1, 100, 10_000)]
    assert good[0] > 0.95 > good[1] > good[2] > 0.5


def test_twins_share_alike():
    pool, labels = skilled({"a": 1.0, "b": 2.0})
    twins = Pool.gather(
        pool.labels, {"a": pool.logits[0], "b": pool.logits[1], "b_twin": pool.logits[1]}
    )
    found = weights(fit(Convex(prior_texts=5.0), twins, labels))
    assert found["b"] == pytest.approx(found["b_twin"])


def test_a_text_that_nobody_foresaw_moves_no_weight_far():
    pool, labels = skilled({"a": 1.0, "b": 1.0}, texts=40)
    logits = {name: rows.copy() for name, rows in zip(pool.members, pool.logits, strict=True)}
    for rows in logits.values():
        rows[0] = 5000 * np.eye(3)[(labels[0] + 1) % 3]
    found = weights(fit(Convex(prior_texts=5.0), Pool.gather(pool.labels, logits), labels))
    others = weights(fit(Convex(prior_texts=5.0), pool.rows(np.arange(1, 40)), labels[1:]))
    assert found["a"] == pytest.approx(others["a"], abs=0.05)
