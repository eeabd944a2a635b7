import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.metrics.relative_improvement import STATED, ri_ensemble, ri_single_best

accuracies = st.lists(st.floats(0.01, 1), min_size=1, max_size=8)


def test_worked_out_by_hand():
    members = np.array([0.6, 0.8, 0.7])
    assert ri_single_best(np.float64(0.84), members) == pytest.approx(0.05)
    assert ri_ensemble(np.float64(0.8), members) == pytest.approx([-0.25, 0.0, -0.125])


def test_many_draws_at_once():
    members = np.array([[0.5, 0.8], [0.9, 0.6]])
    ensemble = np.array([0.8, 0.99])
    assert ri_single_best(ensemble, members) == pytest.approx([0, 0.1])
    assert ri_ensemble(ensemble, members) == pytest.approx(
        np.array([[-0.375, 0], [0.9 / 0.99 - 1, 0.6 / 0.99 - 1]])
    )


@given(st.floats(0.01, 1), accuracies)
def test_an_ensemble_above_the_best_has_every_member_below_it(ensemble, members):
    single, each = (
        ri_single_best(np.float64(ensemble), np.array(members)),
        ri_ensemble(np.float64(ensemble), np.array(members)),
    )
    assert (single > 0) == (each < 0).all()
    # The two are one ratio seen from both ends.
    assert (1 + single) * (1 + each.max()) == pytest.approx(1)


def test_relative_to_nothing_is_undefined():
    assert np.isnan(ri_single_best(np.float64(0.5), np.zeros(2)))
    assert np.isnan(ri_ensemble(np.array([0.0, 0.5]), np.ones((2, 3)))).tolist() == [
        [True] * 3,
        [False] * 3,
    ]


def test_what_is_printed_says_whose_formulas_they_are():
    assert "our formulas" in STATED
