import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from tickertone.errors import DataError
from tickertone.metrics.paired_draws import (
    Difference,
    Noise,
    difference_of_own_draws,
    mean_over_targets,
    paired_difference,
)

shapes = st.tuples(st.integers(1, 5), st.integers(2, 9))


def simulated(random, draws, texts, spread, aims):
    """Two systems that are right where draw + text + cell noise stays below what each aims at."""
    of_draw, of_text = spread
    shared = of_text * random.normal(size=texts)
    return [
        of_draw * random.normal(size=(draws, 1)) + shared + random.normal(size=(draws, texts)) < aim
        for aim in aims
    ]


def test_worked_out_by_hand():
    left = np.array([[1, 1, 1, 0], [1, 1, 0, 0]], dtype=bool)
    right = np.array([[1, 0, 0, 0], [1, 0, 1, 0]], dtype=bool)
    # Differences 0 1 1 0 and 0 1 -1 0: draw means 1/2 and 0, text means 0 1 0 0.
    of_draws, of_texts = 1 / 8 / 2, 1 / 4 / 4
    found = paired_difference(left, right)
    assert found.value == pytest.approx(1 / 4)
    assert (found.of_draws, found.of_texts) == (Noise(of_draws, 1), Noise(of_texts, 3))
    assert found.standard_error == pytest.approx(math.sqrt(1 / 8))
    # Student's t of 1 and 3 degrees of freedom at 0.975, from a printed table.
    reach = math.sqrt(12.706**2 * of_draws + 3.182**2 * of_texts)
    interval = found.interval()
    assert (interval.low, interval.high) == pytest.approx((1 / 4 - reach, 1 / 4 + reach), rel=1e-3)


def resampled_apart(differences, random, times):
    """Variance of the mean over resamples of rows and of columns: the pigeonhole bootstrap."""
    draws, texts = differences.shape
    means = [
        differences[random.integers(draws, size=draws)][:, random.integers(texts, size=texts)]
        for _ in range(times)
    ]
    return np.var([cells.mean() for cells in means])


def test_it_is_near_the_variance_of_resampling_draws_and_texts_apart():
    random = np.random.default_rng(0)
    left, right = simulated(random, 12, 80, (0.5, 1.0), (1.0, 0.6))
    variance = paired_difference(left, right).standard_error ** 2
    expected = resampled_apart(left.astype(float) - right, random, 8000)
    assert variance == pytest.approx(expected, rel=0.12)


def test_of_the_noise_of_single_cells_it_counts_two_thirds_of_that():
    random = np.random.default_rng(1)
    ours, theirs = 0.0, 0.0
    for _ in range(20):
        cells = random.normal(size=(12, 80))
        ours += paired_difference(cells, np.zeros((1, 80))).standard_error ** 2
        theirs += resampled_apart(cells, random, 400)
    assert ours / theirs == pytest.approx(2 / 3, rel=0.1)


def test_with_one_draw_it_is_the_paired_t_interval_over_texts():
    random = np.random.default_rng(1)
    left, right = random.normal(size=(2, 1, 30))
    expected = stats.ttest_rel(left[0], right[0]).confidence_interval(0.95)
    found = paired_difference(left, right).interval()
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_a_system_without_draws_stands_beside_one_with_many():
    random = np.random.default_rng(2)
    left, right = random.random((6, 20)) < 0.8, random.random((1, 20)) < 0.7
    repeated = np.broadcast_to(right, (6, 20))
    assert paired_difference(left, right) == paired_difference(left, repeated)
    assert paired_difference(right, left).value == -paired_difference(left, right).value


@given(shapes.flatmap(lambda shape: st.tuples(arrays(bool, shape), arrays(bool, shape))))
def test_turned_round_it_changes_its_sign_and_the_order_of_rows_does_not_matter(pair):
    left, right = pair
    there, back = paired_difference(left, right), paired_difference(right, left)
    assert there.value == pytest.approx(-back.value)
    assert there.standard_error == pytest.approx(back.standard_error)
    turned = paired_difference(left[::-1, ::-1], right[::-1, ::-1])
    assert turned.value == pytest.approx(there.value)
    assert turned.standard_error == pytest.approx(there.standard_error)
    interval = there.interval()
    assert interval.low <= there.value <= interval.high


def test_equal_systems_differ_by_exactly_nothing():
    right = np.random.default_rng(0).random((4, 10)) < 0.5
    interval = paired_difference(right, right).interval()
    assert (interval.value, interval.low, interval.high) == (0, 0, 0)


@pytest.mark.parametrize(
    ("draws", "texts", "spread"),
    [
        (20, 200, (0.0, 1.0)),  # texts alone
        (20, 200, (1.0, 0.3)),  # draws above all
        (3, 200, (0.6, 1.0)),  # as few as for fine-tuning
        (20, 60, (0.3, 0.0)),  # single cells above all
    ],
)
def test_the_interval_holds_the_true_difference_at_least_as_often_as_stated(draws, texts, spread):
    random, trials, aims = np.random.default_rng(3), 1500, (1.2, 0.9)
    scale = math.sqrt(1 + spread[0] ** 2 + spread[1] ** 2)
    true = stats.norm.cdf(aims[0] / scale) - stats.norm.cdf(aims[1] / scale)
    held = 0
    for _ in range(trials):
        interval = paired_difference(*simulated(random, draws, texts, spread, aims)).interval()
        held += interval.low <= true <= interval.high
    assert held >= stats.binom.ppf(0.001, trials, 0.95)


def test_with_draws_of_their_own_worked_out_by_hand():
    left = np.array([[1, 1, 1, 0], [1, 1, 0, 0]], dtype=bool)
    right = np.array([[1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 0, 0]], dtype=bool)
    # Draw means 3/4 1/2 and 1/4 0 1/2; text means 1 1 1/2 0 minus 2/3 1/3 0 0.
    of_left, of_right = 1 / 32 / 2, 1 / 16 / 3
    found = difference_of_own_draws(left, right)
    assert found.value == pytest.approx(3 / 8)
    assert found.of_draws.variance == pytest.approx(of_left + of_right)
    assert found.of_draws.freedom == 1  # of two draws, the fewer
    of_texts = np.var([1 / 3, 2 / 3, 1 / 2, 0], ddof=1) / 4
    assert found.of_texts.variance == pytest.approx(of_texts)


@given(shapes, st.integers(1, 5), st.integers(0, 99))
def test_draws_of_their_own_turned_round_change_the_sign_alone(shape, draws, seed):
    random = np.random.default_rng(seed)
    left, right = random.random(shape) < 0.7, random.random((draws, shape[1])) < 0.5
    there, back = difference_of_own_draws(left, right), difference_of_own_draws(right, left)
    assert there.value == pytest.approx(-back.value)
    assert there.standard_error == pytest.approx(back.standard_error)


def test_beside_a_system_without_draws_own_draws_are_paired_ones():
    random = np.random.default_rng(2)
    left, right = random.random((6, 20)) < 0.8, random.random((1, 20)) < 0.7
    own, paired = difference_of_own_draws(left, right), paired_difference(left, right)
    assert (own.value, own.standard_error) == pytest.approx((paired.value, paired.standard_error))
    assert own.interval().low == pytest.approx(paired.interval().low)


@pytest.mark.parametrize("shared", [0, 3])
def test_with_draws_of_their_own_the_interval_holds_the_truth_as_often_as_stated(shared):
    """Twenty draws of a combiner against three of a fine-tuning, some of which may be the same."""
    random, trials, aims, texts = np.random.default_rng(5), 1000, (1.2, 0.9), 150
    true = np.subtract(*stats.norm.cdf(np.array(aims) / math.sqrt(1 + 0.6**2 + 1)))
    held = 0
    for _ in range(trials):
        of_text, of_draw = random.normal(size=texts), random.normal(size=(20, 1))
        others = np.concatenate([of_draw[:shared], random.normal(size=(3 - shared, 1))])
        left, right = (
            0.6 * some + of_text + random.normal(size=(len(some), texts)) < aim
            for some, aim in zip((of_draw, others), aims, strict=True)
        )
        interval = difference_of_own_draws(left, right).interval()
        held += interval.low <= true <= interval.high
    assert held >= stats.binom.ppf(0.001, trials, 0.95)


def test_the_mean_over_targets_worked_out_by_hand():
    mean = mean_over_targets(
        [
            Difference(0.1, Noise(0.04, 10), Noise(0.02, 99)),
            Difference(0.3, Noise(0.12, 5), Noise(0.02, 99)),
        ]
    )
    assert mean.value == pytest.approx(0.2)
    assert mean.of_draws.variance == pytest.approx((0.04 + 0.12) / 4)
    assert mean.of_draws.freedom == pytest.approx(0.04**2 / (0.01**2 / 10 + 0.03**2 / 5))
    assert (mean.of_texts.variance, mean.of_texts.freedom) == pytest.approx((0.01, 198))
    assert mean.standard_error == pytest.approx(math.sqrt(0.05))


def test_one_target_is_its_own_mean():
    random = np.random.default_rng(0)
    for draws in (1, 4):
        one = paired_difference(random.random((draws, 9)), random.random((draws, 9)))
        mean = mean_over_targets([one])
        assert (mean.value, mean.standard_error) == pytest.approx((one.value, one.standard_error))
        assert mean.interval().low == pytest.approx(one.interval().low)


def test_over_targets_of_different_size_the_interval_holds_the_true_mean_as_often_as_stated():
    random, trials = np.random.default_rng(4), 800
    targets = [
        (20, 150, (0.5, 1.0), (1.2, 0.9)),
        (20, 60, (0.2, 0.5), (0.5, 0.7)),
        (3, 60, (0.2, 1.0), (0.4, 0.0)),
    ]
    true = np.mean(
        [
            np.subtract(*stats.norm.cdf(np.array(aims) / math.sqrt(1 + a**2 + b**2)))
            for _, _, (a, b), aims in targets
        ]
    )
    held = 0
    for _ in range(trials):
        each = [paired_difference(*simulated(random, *target)) for target in targets]
        interval = mean_over_targets(each).interval()
        held += interval.low <= true <= interval.high
    assert held >= stats.binom.ppf(0.001, trials, 0.95)


def test_what_does_not_match_is_refused():
    for left, right in (((2, 5), (3, 5)), ((2, 5), (2, 1)), ((2, 1), (2, 1)), ((5,), (5,))):
        with pytest.raises(DataError):
            paired_difference(np.ones(left), np.ones(right))
    with pytest.raises(DataError, match="no target"):
        mean_over_targets([])
