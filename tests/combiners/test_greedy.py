import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from tests.combiners.pools import fit, from_probabilities, skilled, weights
from tickertone.combiners.greedy import Greedy


def loss(pool, labels, shares):
    return log_loss(labels, np.tensordot(shares, pool.probabilities, 1), labels=[0, 1, 2])


def by_the_book(pool, labels, rounds):
    """The same selection as plain loops over members: counts of the best ensemble met."""
    members = range(len(pool.members))

    def of(bag):
        return loss(pool, labels, np.bincount(bag, minlength=len(members)) / len(bag))

    ranked = sorted(members, key=lambda m: (of([m]), m))
    bag = min((ranked[:n] for n in range(1, len(ranked) + 1)), key=of)
    best = bag
    for _ in range(rounds):
        bag = min(([*bag, m] for m in members), key=of)
        best = min(best, bag, key=of)
    return np.bincount(best, minlength=len(members)) / len(best)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rounds", [1, 15])
def test_it_selects_what_plain_loops_select(seed, rounds):
    pool, labels = skilled({"a": 0.5, "b": 1.0, "c": 1.5, "d": 1.4}, texts=60, seed=seed)
    found = [*weights(fit(Greedy(rounds=rounds), pool, labels)).values()]
    assert found == pytest.approx(by_the_book(pool, labels, rounds).tolist())


def test_enough_rounds_come_close_to_the_best_mixture_of_two():
    pool, labels = skilled({"a": 1.0, "b": 1.6})
    found = [*weights(fit(Greedy(rounds=100), pool, labels)).values()]
    best = min(loss(pool, labels, [w, 1 - w]) for w in np.linspace(0, 1, 501))
    assert loss(pool, labels, found) == pytest.approx(best, abs=1e-5)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), rounds=st.integers(1, 30))
def test_it_is_never_worse_on_the_fitting_labels_than_the_best_member(seed, rounds):
    pool, labels = skilled({"a": 0.3, "b": 1.0, "c": 2.0}, texts=20, seed=seed)
    found = [*weights(fit(Greedy(rounds=rounds), pool, labels)).values()]
    best_member = min(loss(pool, labels, one) for one in np.eye(3))
    assert loss(pool, labels, found) <= best_member + 1e-12


def test_twins_tie_and_the_first_by_name_is_taken():
    rows = [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1]]
    pool = from_probabilities(b=rows, a=rows, c=[[0.1, 0.8, 0.1], [0.8, 0.1, 0.1]])
    assert weights(fit(Greedy(rounds=3), pool, [0, 1]))["a"] == 1


def test_a_probability_that_underflows_does_not_stop_the_selection():
    pool, labels = skilled({"a": 1.0})
    logits = {"a": pool.logits[0], "wrong": 2000 * np.eye(3)[(labels + 1) % 3]}
    broken = type(pool).gather(pool.labels, logits)
    assert weights(fit(Greedy(rounds=5), broken, labels))["wrong"] == 0
