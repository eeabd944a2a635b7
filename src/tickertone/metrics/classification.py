"""Metrics of decisions, all functions of the confusion matrix, shape (..., true, predicted).

Entries are counts, or sums of resampling weights. A ratio with an empty denominator is 0, as in
scikit-learn with zero_division=0; every label of the task counts in the macro mean, also one
that the texts do not have.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def confusion_cells(labels: Labels, predicted: Labels, width: int) -> Floats:
    """Each text's own confusion matrix, a single 1, shape (text, true, predicted)."""
    cells = np.zeros((len(labels), width, width))
    cells[np.arange(len(labels)), labels, predicted] = 1
    return cells


def accuracy(confusion: Floats) -> Floats:
    """Share of texts whose decision is right, shape (...)."""
    return _ratio(_diagonal(confusion).sum(axis=-1), confusion.sum(axis=(-2, -1)))


def precision(confusion: Floats) -> Floats:
    """Of the texts decided for a label, the share that has it, shape (..., label)."""
    return _ratio(_diagonal(confusion), confusion.sum(axis=-2))


def recall(confusion: Floats) -> Floats:
    """Of the texts that have a label, the share decided for it, shape (..., label)."""
    return _ratio(_diagonal(confusion), confusion.sum(axis=-1))


def f1(confusion: Floats) -> Floats:
    """The harmonic mean of precision and recall, shape (..., label)."""
    return _ratio(2 * _diagonal(confusion), confusion.sum(axis=-2) + confusion.sum(axis=-1))


def macro_f1(confusion: Floats) -> Floats:
    """The mean of F1 over the labels, shape (...)."""
    return np.asarray(f1(confusion).mean(axis=-1))


def weighted_f1(confusion: Floats) -> Floats:
    """The mean of F1 weighted by how many texts have each label, shape (...)."""
    support = confusion.sum(axis=-1)
    return _ratio((f1(confusion) * support).sum(axis=-1), support.sum(axis=-1))


def mcc(confusion: Floats) -> Floats:
    """Matthews correlation for any number of labels (Gorodkin 2004, R_K), shape (...).

    0 where all texts have one label or one decision.
    """
    texts = confusion.sum(axis=(-2, -1))
    true, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)
    covariance = _diagonal(confusion).sum(axis=-1) * texts - (true * predicted).sum(axis=-1)
    of_true = texts**2 - (true**2).sum(axis=-1)
    of_predicted = texts**2 - (predicted**2).sum(axis=-1)
    return _ratio(covariance, np.sqrt(of_true * of_predicted))


def _diagonal(confusion: Floats) -> Floats:
    return np.diagonal(confusion, axis1=-2, axis2=-1)


def _ratio(above: Floats, below: Floats) -> Floats:
    empty = below == 0
    return np.where(empty, 0.0, above / np.where(empty, 1.0, below))
