import numpy as np

from tests.combiners.pools import from_probabilities, predict, without_labels
from tickertone.combiners.half_hard_mean import HalfHardMean


def test_it_is_half_the_probability_and_half_the_vote():
    pool = from_probabilities(a=[[0.9, 0.1]], b=[[0.4, 0.6]], c=[[0.45, 0.55]])
    # positive: ((.1 + 0) + (.6 + 1) + (.55 + 1)) / 6
    assert np.allclose(predict(without_labels(HalfHardMean(), pool), pool), [[2.75 / 6, 3.25 / 6]])


def test_two_weak_votes_beat_one_strong_belief_where_the_plain_mean_would_not():
    pool = from_probabilities(a=[[0.9, 0.1]], b=[[0.4, 0.6]], c=[[0.45, 0.55]])
    assert pool.probabilities.mean(axis=0).argmax() == 0
    assert predict(without_labels(HalfHardMean(), pool), pool).argmax() == 1
