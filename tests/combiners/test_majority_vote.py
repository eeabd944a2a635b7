import numpy as np

from tests.combiners.pools import from_probabilities, predict, without_labels
from tickertone.combiners.majority_vote import MajorityVote


def decide(**members):
    pool = from_probabilities(**members)
    return predict(without_labels(MajorityVote(), pool), pool)


def test_two_votes_beat_one_however_sure_that_one_is():
    sure, unsure = [[0.998, 0.001, 0.001]], [[0.33, 0.34, 0.33]]
    assert decide(a=sure, b=unsure, c=unsure).argmax() == 1


def test_a_tie_goes_to_the_higher_mean_probability():
    first = [[0.5, 0.4, 0.1]]
    second = [[0.1, 0.8, 0.1]]
    assert decide(a=first, b=second).argmax() == 1
    assert decide(a=[[0.9, 0.05, 0.05]], b=second).argmax() == 0


def test_probabilities_are_shares_of_the_votes_with_the_mean_as_one_more_voter():
    shares = decide(a=[[0.6, 0.3, 0.1]], b=[[0.2, 0.5, 0.3]])
    assert np.allclose(shares, [[1.4 / 3, 1.4 / 3, 0.2 / 3]])
