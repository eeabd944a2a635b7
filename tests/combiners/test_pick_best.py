import numpy as np

from tests.combiners.pools import fit, from_probabilities, predict, weights
from tickertone.combiners.pick_best import PickBest


def test_log_loss_decides_and_not_the_number_of_right_decisions():
    # "rash" is right twice of three but pays for the third; "calm" is right once.
    rash = [[0.9, 0.1], [0.9, 0.1], [0.001, 0.999]]
    calm = [[0.49, 0.51], [0.49, 0.51], [0.6, 0.4]]
    pool = from_probabilities(rash=rash, calm=calm)
    fitted = fit(PickBest(), pool, [0, 0, 0])
    assert weights(fitted) == {"calm": 1, "rash": 0}
    assert np.allclose(predict(fitted, pool), calm)


def test_of_equals_the_first_by_name_is_picked():
    same = [[0.7, 0.3], [0.2, 0.8]]
    pool = from_probabilities(zeta=same, alpha=same)
    assert weights(fit(PickBest(), pool, [0, 1])) == {"alpha": 1, "zeta": 0}
