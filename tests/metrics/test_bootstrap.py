import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.metrics import bootstrap
from tickertone.metrics.bootstrap import percentile_interval, resample_counts, resampled_sums


def test_sums_are_those_of_a_plain_loop_over_the_same_resamples():
    statistics = np.random.default_rng(1).normal(size=(7, 3))
    generator = np.random.default_rng(5)
    drawn = generator.integers(7, size=(20, 7))
    looped = np.array([sum(statistics[i] for i in resample) for resample in drawn])
    assert np.allclose(resampled_sums(statistics, 20, seed=5), looped)


def test_the_size_of_a_block_does_not_matter(monkeypatch):
    statistics = np.random.default_rng(1).normal(size=(11, 2))
    whole = resampled_sums(statistics, 50, seed=3)
    monkeypatch.setattr(bootstrap, "_BLOCK", 40)
    assert np.allclose(resampled_sums(statistics, 50, seed=3), whole)


def test_equal_seeds_give_equal_resamples_and_others_do_not():
    statistics = np.arange(30.0)[:, None]
    first = resampled_sums(statistics, 10, seed=0)
    assert first.tolist() == resampled_sums(statistics, 10, seed=0).tolist()
    assert first.tolist() != resampled_sums(statistics, 10, seed=1).tolist()


@given(texts=st.integers(1, 40), draws=st.integers(1, 20))
def test_every_resample_has_as_many_texts_as_there_are(texts, draws):
    counts = resample_counts(texts, draws, np.random.default_rng(0))
    assert counts.shape == (draws, texts)
    assert counts.sum(axis=1).tolist() == [texts] * draws


def test_columns_side_by_side_meet_the_same_resamples():
    column = np.random.default_rng(0).normal(size=(50, 1))
    sums = resampled_sums(np.hstack([column, 2 * column]), 100, seed=0)
    assert np.allclose(sums[:, 1], 2 * sums[:, 0])


def test_the_spread_of_a_mean_is_its_standard_error():
    right = (np.random.default_rng(0).uniform(size=400) < 0.8).astype(float)
    means = resampled_sums(right[:, None], 4000, seed=0)[:, 0] / 400
    share = right.mean()
    assert means.std() == pytest.approx(np.sqrt(share * (1 - share) / 400), rel=0.05)
    low, high = percentile_interval(means)
    assert high - low == pytest.approx(2 * 1.96 * means.std(), rel=0.05)


def test_the_interval_leaves_out_two_and_a_half_percent_on_each_side():
    low, high = percentile_interval(np.arange(1001.0))
    assert (float(low), float(high)) == pytest.approx((25, 975))
