import numpy as np
import pytest

from tests.combiners.pools import LABELS
from tickertone.combiners.pool import Pool
from tickertone.errors import ConfigError, ModelError


def test_probabilities_are_the_softmax_of_the_logits():
    pool = Pool.gather(LABELS, {"a": [[0.0, np.log(2), np.log(5)]]})
    assert pool.probabilities[0, 0] == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    assert np.exp(pool.log_probabilities) == pytest.approx(pool.probabilities)


def test_huge_logits_give_finite_log_probabilities():
    pool = Pool.gather(LABELS, {"a": [[1e4, -1e4, 0.0]]})
    assert pool.log_probabilities[0, 0] == pytest.approx([0.0, -2e4, -1e4])


def test_members_are_sorted_by_name_whatever_the_order_they_come_in():
    pool = Pool.gather(LABELS, {"b": [[2.0, 0.0, 0.0]], "a": [[1.0, 0.0, 0.0]]})
    assert pool.members == ("a", "b")
    assert pool.logits[:, 0, 0].tolist() == [1.0, 2.0]


def test_each_member_has_one_vote_and_of_equal_labels_the_first_gets_it():
    pool = Pool.gather(LABELS, {"a": [[0.0, 3.0, 1.0], [2.0, 2.0, 2.0]]})
    assert pool.votes[0].tolist() == [[0, 1, 0], [1, 0, 0]]


def test_a_pool_without_members_is_refused():
    with pytest.raises(ConfigError, match="no member"):
        Pool.gather(LABELS, {})


@pytest.mark.parametrize("rows", [[[0.0, 1.0]], [[0.0, 1.0, 2.0]] * 2])
def test_logits_of_another_shape_are_refused_by_the_member_s_name(rows):
    with pytest.raises(ModelError, match="logits of second"):
        Pool.gather(LABELS, {"first": [[0.0, 0.0, 0.0]], "second": rows})


def test_logits_that_are_not_finite_are_refused():
    with pytest.raises(ModelError, match="NaN"):
        Pool.gather(LABELS, {"diverged": [[0.0, float("nan"), 0.0]]})
