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


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), float("-inf")])
def test_logits_that_are_not_finite_are_refused(wrong):
    with pytest.raises(ModelError, match="NaN"):
        Pool.gather(LABELS, {"diverged": [[0.0, wrong, 0.0], [0.0, 1.0, 0.0]]})


def partial():
    """A member that knows two of three labels, beside one that knows them all."""
    return Pool.gather(
        LABELS,
        {
            "all": [[0.0, np.log(2), np.log(5)], [3.0, 0.0, 0.0]],
            "two": [[0.0, np.nan, np.log(3)], [0.0, np.nan, -1.0]],
        },
    )


def test_a_column_of_nan_is_a_label_that_a_member_does_not_know():
    assert partial().known.tolist() == [[True, True, True], [True, False, True]]


def test_its_probabilities_are_those_given_a_label_that_it_knows():
    known = partial().probabilities[1, 0]
    assert known[[0, 2]] == pytest.approx([1 / 4, 3 / 4])
    assert np.isnan(known[1])
    assert partial().votes[1].tolist() == [[0, 0, 1], [1, 0, 0]]


def test_complete_are_the_members_that_know_every_label():
    assert partial().complete.members == ("all",)
    assert partial().mean_probabilities[0] == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    whole = Pool.gather(LABELS, {"a": [[0.0, 1.0, 2.0]]})
    assert whole.complete is whole


def test_without_a_complete_member_there_is_no_mean():
    pool = Pool.gather(LABELS, {"two": [[0.0, np.nan, 1.0]]})
    with pytest.raises(ConfigError, match="no member that knows all of negative, neutral"):
        _ = pool.mean_probabilities


def test_a_member_that_knows_one_label_is_refused():
    with pytest.raises(ModelError, match="1 of the task's labels"):
        Pool.gather(LABELS, {"one": [[0.0, np.nan, np.nan]]})


def test_features_are_the_known_log_probabilities_centred_by_member():
    pool = partial()
    assert pool.features.shape == (2, 5)
    assert pool.owners.tolist() == [0, 0, 0, 1, 1]
    logs = pool.log_probabilities
    assert pool.features[0, :3] == pytest.approx(logs[0, 0] - logs[0, 0].mean())
    assert pool.features[0, 3:] == pytest.approx([-np.log(3) / 2, np.log(3) / 2])


def test_rows_are_the_same_members_on_some_texts_or_on_none():
    assert partial().rows(np.array([1])).votes[:, 0].tolist() == [[1, 0, 0], [1, 0, 0]]
    nothing = partial().rows(np.array([], dtype=np.int64))
    assert nothing.logits.shape == (2, 0, 3)
    assert nothing.complete.members == ("all",)


def test_a_member_whose_training_diverged_is_told_as_that():
    with pytest.raises(ModelError, match="lower the learning rate"):
        Pool.gather(("a", "b"), {"m": np.full((3, 2), np.nan), "n": np.zeros((3, 2))})
