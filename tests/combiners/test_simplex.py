import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize

from tickertone.combiners.simplex import onto_simplex

numbers = arrays(np.float64, (3, 4), elements=st.floats(-50, 50, width=32))


@given(numbers)
def test_rows_become_distributions_that_keep_the_order(scores):
    found = onto_simplex(scores)
    assert found.sum(axis=1) == pytest.approx(1)
    assert found.min() >= 0
    ranked = np.take_along_axis(found, np.argsort(scores, axis=1), axis=1)
    assert (np.diff(ranked, axis=1) >= 0).all()


@given(arrays(np.float64, (5,), elements=st.floats(-9, 9)))
def test_two_labels_are_cut_off_at_0_and_1(values):
    found = onto_simplex(np.column_stack([1 - values, values]))
    assert np.allclose(found[:, 1], np.clip(values, 0, 1))


def test_a_distribution_stays_what_it_is_whatever_is_added_to_all_of_it():
    shares = np.array([[0.2, 0.5, 0.3], [0.0, 0.0, 1.0]])
    assert np.allclose(onto_simplex(shares), shares)
    assert np.allclose(onto_simplex(shares + 7), shares)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_on_the_simplex_is_nearer(seed):
    scores = np.random.default_rng(seed).normal(size=4)
    best = minimize(
        lambda shares: ((shares - scores) ** 2).sum(),
        np.full(4, 0.25),
        bounds=[(0, 1)] * 4,
        constraints={"type": "eq", "fun": lambda shares: shares.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-14},
    )
    assert np.allclose(onto_simplex(scores), best.x, atol=1e-6)
