import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tickertone.metrics.paired import bootstrap_p, holm, mcnemar

outcomes = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80)


def discordant(a_alone, b_alone, both=10):
    right_a = np.array([True] * a_alone + [False] * b_alone + [True] * both)
    right_b = np.array([False] * a_alone + [True] * b_alone + [True] * both)
    return right_a, right_b


def test_few_discordant_pairs_take_the_exact_binomial_test():
    assert mcnemar(*discordant(8, 2)) == pytest.approx(2 * (1 + 10 + 45) / 2**10)
    assert mcnemar(*discordant(6, 0)) == pytest.approx(2 / 2**6)


def test_many_discordant_pairs_take_chi_square_with_continuity_correction():
    assert mcnemar(*discordant(40, 20)) == pytest.approx(stats.chi2.sf(19**2 / 60, 1))


def test_the_exact_test_serves_to_24_discordant_pairs_and_chi_square_from_25():
    assert mcnemar(*discordant(18, 6)) == pytest.approx(stats.binomtest(18, 24).pvalue)
    assert mcnemar(*discordant(18, 7)) == pytest.approx(stats.chi2.sf(10**2 / 25, 1))
    assert mcnemar(*discordant(18, 7)) == pytest.approx(stats.binomtest(18, 25).pvalue, abs=0.01)


def test_systems_that_are_right_on_the_same_texts_do_not_differ():
    assert mcnemar(*discordant(0, 0)) == 1
    assert mcnemar(*discordant(15, 15)) == 1
    assert mcnemar(*discordant(7, 7)) == 1


def test_texts_on_which_both_are_right_or_both_wrong_do_not_matter():
    assert mcnemar(*discordant(9, 3, both=0)) == mcnemar(*discordant(9, 3, both=500))


@given(outcomes)
def test_mcnemar_is_symmetric_and_a_probability(pairs):
    right_a, right_b = np.array(pairs, dtype=bool).T
    forth, back = mcnemar(right_a, right_b), mcnemar(right_b, right_a)
    assert forth == pytest.approx(back)
    assert 0 <= forth <= 1


def test_the_bootstrap_p_is_twice_the_smaller_tail_and_never_zero():
    assert bootstrap_p(np.array([-1.0] * 95 + [1.0] * 4)) == pytest.approx(2 * 5 / 100)
    assert bootstrap_p(np.full(999, -0.1)) == pytest.approx(2 / 1000)
    assert bootstrap_p(np.zeros(50)) == 1


def test_the_bootstrap_p_does_not_depend_on_the_direction():
    differences = np.random.default_rng(0).normal(0.3, 1, size=500)
    assert bootstrap_p(differences) == bootstrap_p(-differences)


def test_holm_multiplies_the_smallest_by_all_and_never_decreases():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values):
    adjusted = holm(p_values)
    assert all(new >= old for new, old in zip(adjusted, p_values, strict=True))
    assert max(adjusted) <= 1
    by_p = [a for _, a in sorted(zip(p_values, adjusted, strict=True))]
    assert by_p == sorted(by_p)
