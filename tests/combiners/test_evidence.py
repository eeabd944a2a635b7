import numpy as np
import pytest

from tests.combiners.pools import blind, from_probabilities, skilled
from tickertone.combiners.evidence import Evidence
from tickertone.errors import ConfigError


@pytest.mark.parametrize("labels", [np.zeros(7, dtype=np.int64), np.full(300, 3), np.full(300, -1)])
def test_labels_that_do_not_belong_to_the_texts_are_refused(labels):
    pool, _ = skilled({"a": 1.0, "b": 1.0})
    with pytest.raises(ConfigError, match="300 labels from 0 to 2"):
        Evidence(pool, labels)


def test_unlabelled_texts_of_other_members_are_refused():
    pool, labels = skilled({"a": 1.0, "b": 1.0})
    stranger, _ = skilled({"a": 1.0, "c": 1.0})
    with pytest.raises(ConfigError, match="asked to combine a, c"):
        Evidence(pool, labels, stranger)


def test_all_rows_are_one_draw():
    pool, labels = skilled({"a": 1.0}, texts=4)
    assert Evidence(pool, labels).all_rows.tolist() == [[0, 1, 2, 3]]


def test_likelihoods_are_what_complete_members_give_the_true_labels_of_each_draw():
    pool = from_probabilities(
        a=[[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], b=[[0.3, 0.3, 0.4], [0.6, 0.2, 0.2]]
    )
    evidence = Evidence(pool, np.array([0, 2]))
    found = evidence.likelihoods(np.array([[0, 1], [1, 1]]))
    assert np.allclose(found, [[[0.7, 0.8], [0.3, 0.2]], [[0.8, 0.8], [0.2, 0.2]]])
    partial = Evidence(blind(pool, b=[1]), np.array([0, 2]))
    assert np.allclose(partial.likelihoods(np.array([[0, 1]])), [[[0.7, 0.8]]])
