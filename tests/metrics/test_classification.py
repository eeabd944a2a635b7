import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st

from tickertone.metrics import classification as ours

pairs = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        *[st.lists(st.integers(0, 2), min_size=n, max_size=n).map(np.array) for _ in "yp"]
    )
)


def confusion_of(labels, predicted):
    return ours.confusion_cells(labels, predicted, 3).sum(axis=0)


@pytest.mark.filterwarnings("ignore:A single label was found")
@given(pairs)
def test_every_metric_is_that_of_scikit_learn(pair):
    labels, predicted = pair
    every = {"labels": [0, 1, 2], "zero_division": 0}
    confusion = confusion_of(labels, predicted)
    assert confusion.tolist() == sk.confusion_matrix(labels, predicted, labels=[0, 1, 2]).tolist()
    assert ours.accuracy(confusion) == pytest.approx(sk.accuracy_score(labels, predicted))
    for average, value in (("macro", ours.macro_f1), ("weighted", ours.weighted_f1)):
        expected = sk.f1_score(labels, predicted, average=average, **every)
        assert value(confusion) == pytest.approx(expected)
    assert ours.mcc(confusion) == pytest.approx(sk.matthews_corrcoef(labels, predicted))
    precision, recall, f1, _ = sk.precision_recall_fscore_support(labels, predicted, **every)
    assert ours.precision(confusion) == pytest.approx(precision)
    assert ours.recall(confusion) == pytest.approx(recall)
    assert ours.f1(confusion) == pytest.approx(f1)


def test_figures_worked_out_by_hand():
    confusion = np.array([[3.0, 1.0], [2.0, 4.0]])
    assert ours.accuracy(confusion) == pytest.approx(0.7)
    assert ours.precision(confusion) == pytest.approx([3 / 5, 4 / 5])
    assert ours.recall(confusion) == pytest.approx([3 / 4, 4 / 6])
    assert ours.macro_f1(confusion) == pytest.approx((6 / 9 + 8 / 11) / 2)
    assert ours.weighted_f1(confusion) == pytest.approx((4 * 6 / 9 + 6 * 8 / 11) / 10)
    assert ours.mcc(confusion) == pytest.approx((3 * 4 - 1 * 2) / np.sqrt(5 * 4 * 6 * 5))


def test_leading_axes_are_kept_and_each_matrix_stands_for_itself():
    stack = np.random.default_rng(0).integers(0, 9, size=(4, 5, 3, 3)).astype(float)
    for metric in (ours.accuracy, ours.macro_f1, ours.weighted_f1, ours.mcc):
        assert metric(stack).shape == (4, 5)
        assert metric(stack)[2, 3] == pytest.approx(float(metric(stack[2, 3])))


def test_a_label_that_neither_texts_nor_decisions_have_counts_as_zero_in_the_macro_mean():
    confusion = np.diag([5.0, 5.0, 0.0])
    assert ours.f1(confusion).tolist() == [1, 1, 0]
    assert ours.macro_f1(confusion) == pytest.approx(2 / 3)
    assert ours.weighted_f1(confusion) == pytest.approx(1)
