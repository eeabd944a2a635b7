import numpy as np
import pytest

from tests.combiners.pools import from_probabilities, predict, weights, without_labels
from tickertone.combiners.mean import Mean


def test_the_mean_is_that_of_probabilities_not_of_logits():
    pool = from_probabilities(a=[[0.9, 0.1]], b=[[0.2, 0.8]])
    fitted = without_labels(Mean(), pool)
    assert np.allclose(predict(fitted, pool), [[0.55, 0.45]])
    assert weights(fitted) == {"a": pytest.approx(0.5), "b": pytest.approx(0.5)}
