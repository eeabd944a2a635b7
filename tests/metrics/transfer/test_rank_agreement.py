import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tickertone.errors import DataError
from tickertone.metrics.bootstrap import resample_counts
from tickertone.metrics.transfer import rank_agreement as ours
from tickertone.metrics.transfer.rank_agreement import rank_agreement

models = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=12)


def tau(scores, accuracies):
    found = rank_agreement(np.array(scores), np.array(accuracies), draws=50, seed=0)
    return found.value


def test_without_ties_it_is_agreeing_less_disagreeing_pairs_over_all():
    assert tau([1.0, 2, 3, 4], [0.5, 0.7, 0.6, 0.9]) == pytest.approx((5 - 1) / 6)


def test_ties_worked_out_by_hand():
    # Six pairs: one tied in score, one in accuracy, four agree.
    assert tau([1.0, 1, 2, 3], [1.0, 2, 2, 3]) == pytest.approx(4 / np.sqrt(5 * 5))


def test_the_same_order_is_1_and_the_reverse_minus_1():
    accuracies = [0.5, 0.6, 0.65, 0.9]
    assert tau([-4.0, -3, -2, -1], accuracies) == pytest.approx(1)
    assert tau([4.0, 3, 2, 1], accuracies) == pytest.approx(-1)


@given(models)
def test_each_resample_has_the_tau_of_scipy(pairs):
    scores, accuracies = np.array(pairs, dtype=float).T
    counts = resample_counts(len(pairs), 10, np.random.default_rng(0))
    found = ours._tau_of_resamples(scores, accuracies, counts)
    for value, count in zip(found, counts.astype(int), strict=True):
        drawn = np.repeat(scores, count), np.repeat(accuracies, count)
        assert value == pytest.approx(stats.kendalltau(*drawn).statistic, nan_ok=True)


@given(models)
def test_only_order_matters_and_turning_one_round_changes_the_sign(pairs):
    scores, accuracies = np.array(pairs, dtype=float).T
    found = rank_agreement(scores, accuracies, draws=40, seed=1)
    if found is None:
        assert np.ptp(scores) == 0 or np.ptp(accuracies) == 0
        return
    assert -1 <= found.low <= found.high <= 1
    assert rank_agreement(np.exp(scores), accuracies, draws=40, seed=1) == found
    turned = rank_agreement(-scores, accuracies, draws=40, seed=1)
    assert (turned.value, turned.low, turned.high) == pytest.approx(
        (-found.value, -found.high, -found.low)
    )


@pytest.mark.parametrize(
    ("scores", "accuracies"),
    [([1.0, 2], [1.0, 2]), ([1.0, 1, 1], [1.0, 2, 3]), ([1.0, 2, 3], [0.5, 0.5, 0.5]), ([], [])],
)
def test_too_few_models_or_all_alike_have_none(scores, accuracies):
    assert rank_agreement(np.array(scores), np.array(accuracies), draws=10, seed=0) is None


@pytest.mark.parametrize(
    ("scores", "accuracies"), [([1.0, 2, 3], [1.0, 2]), ([1.0, 2, np.nan], [1.0, 2, 3])]
)
def test_scores_that_are_missing_are_refused(scores, accuracies):
    with pytest.raises(DataError):
        rank_agreement(np.array(scores), np.array(accuracies), draws=10, seed=0)


def test_equal_seeds_give_equal_intervals():
    random = np.random.default_rng(0)
    scores, accuracies = random.normal(size=(2, 15))
    first = rank_agreement(scores, accuracies, draws=200, seed=3)
    assert first == rank_agreement(scores, accuracies, draws=200, seed=3)
    assert first != rank_agreement(scores, accuracies, draws=200, seed=4)


def test_of_fifteen_independent_models_the_interval_holds_the_true_tau_nearly_always():
    random, true = np.random.default_rng(0), 2 / np.pi * np.arcsin(0.5)
    held = 0
    for seed in range(400):
        scores, accuracies = random.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=15).T
        found = rank_agreement(scores, accuracies, draws=300, seed=seed)
        held += found.low <= true <= found.high
    assert held >= stats.binom.ppf(0.001, 400, 0.95)


def test_of_five_independent_models_too_even_where_they_happen_to_be_in_one_order():
    """A true tau of 0.59: more than one in ten such fives are in perfect order."""
    random, true = np.random.default_rng(1), 2 / np.pi * np.arcsin(0.8)
    held = perfect = 0
    for seed in range(300):
        scores, accuracies = random.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], size=5).T
        found = rank_agreement(scores, accuracies, draws=200, seed=seed)
        held += found.low <= true <= found.high
        perfect += found.value == 1
    assert perfect > 15
    assert held >= stats.binom.ppf(0.001, 300, 0.95)


def test_of_models_in_one_order_the_far_end_is_where_disjoint_pairs_would_be_so_by_chance():
    found = rank_agreement(np.arange(6.0), np.arange(6.0), draws=100, seed=0)
    assert (found.value, found.high) == (1, 1)
    assert ((1 + found.low) / 2) ** 3 == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("scores", "accuracies", "pairs"),
    [
        ([0.0, 1, 2, 3, 4], [0.0, 1, 2, 3, 3], 2),
        ([0.0, 0, 0, 0, 1], [0.0, 0, 0, 0, 1], 1),
        ([0.0, 1, 1, 1, 1, 2], [0.0, 1, 2, 2, 3, 4], 2),
    ],
)
def test_ties_make_no_order_surer(scores, accuracies, pairs):
    found = rank_agreement(np.array(scores), np.array(accuracies), draws=100, seed=0)
    assert ((1 + found.low) / 2) ** pairs == pytest.approx(0.025)
    turned = rank_agreement(-np.array(scores), np.array(accuracies), draws=100, seed=0)
    assert turned.high == -found.low


def test_one_model_out_of_order_is_in_the_resamples_too():
    scores = np.arange(12.0)
    found = rank_agreement(scores, scores[[1, 0, *range(2, 12)]], draws=400, seed=0)
    assert found.low > 0.5


def test_of_five_models_with_ties_the_interval_holds_the_true_tau():
    """Accuracies in steps, as of few texts: the true tau-b is that of very many such models."""
    covariance, steps = [[1, 0.8], [0.8, 1]], 0.7
    many = np.random.default_rng(3).multivariate_normal([0, 0], covariance, size=20_000).T
    true = stats.kendalltau(many[0], np.round(many[1] / steps)).statistic
    random, held = np.random.default_rng(4), 0
    for seed in range(300):
        scores, accuracies = random.multivariate_normal([0, 0], covariance, size=5).T
        found = rank_agreement(scores, np.round(accuracies / steps), draws=200, seed=seed)
        held += found is None or found.low <= true <= found.high
    assert held >= stats.binom.ppf(0.001, 300, 0.95)


def test_of_four_models_nothing_is_known_but_their_own_order():
    found = rank_agreement(np.arange(4.0), np.arange(4.0), draws=100, seed=0)
    assert found is not None
    assert (found.value, found.low, found.high) == (pytest.approx(1), -1, 1)
