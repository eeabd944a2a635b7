"""All metrics of a system as functions of sums of a few statistics of each text.

`statistics` lays the numbers of a text side by side, `measure` turns their sums, over the texts or
over each of many resamples of them, into metrics.
"""

from typing import NamedTuple

import numpy as np

from tickertone.metrics import classification, probabilistic
from tickertone.metrics.classification import Floats, Labels
from tickertone.metrics.probabilistic import BINS


class Metric(NamedTuple):
    """A metric of a system, or of its decisions about one label (its index)."""

    name: str
    label: int | None = None


def statistics(probabilities: Floats, predicted: Labels, labels: Labels) -> Floats:
    """What each text adds to the sums, shape (text, labels**2 + 2 + 15).

    Confusion matrix row by row, log loss, Brier score, and the calibration gap of each bin.
    """
    texts, width = probabilities.shape
    return np.concatenate(
        [
            classification.confusion_cells(labels, predicted, width).reshape(texts, width**2),
            probabilistic.log_losses(probabilities, labels)[:, None],
            probabilistic.brier_scores(probabilities, labels)[:, None],
            probabilistic.calibration_gaps(probabilities, predicted, labels),
        ],
        axis=1,
    )


def statistics_width(width: int) -> int:
    """How many statistics a text has in a task of `width` labels."""
    return width**2 + 2 + BINS


def measure(sums: Floats, texts: int, width: int) -> dict[Metric, Floats]:
    """Every metric, shape (...), from `statistics` summed over `texts`, shape (..., statistic)."""
    cells = width**2
    confusion = confusion_of(sums, width)
    measures = {
        Metric("accuracy"): classification.accuracy(confusion),
        Metric("macro_f1"): classification.macro_f1(confusion),
        Metric("weighted_f1"): classification.weighted_f1(confusion),
        Metric("mcc"): classification.mcc(confusion),
        Metric("log_loss"): sums[..., cells] / texts,
        Metric("brier"): sums[..., cells + 1] / texts,
        Metric("ece"): probabilistic.expected_calibration_error(sums[..., cells + 2 :], texts),
    }
    of_labels = {
        "precision": classification.precision(confusion),
        "recall": classification.recall(confusion),
        "f1": classification.f1(confusion),
    }
    for name, values in of_labels.items():
        measures |= {Metric(name, label): values[..., label] for label in range(width)}
    return measures


def confusion_of(sums: Floats, width: int) -> Floats:
    """The confusion matrix in summed statistics, shape (..., true, predicted)."""
    return sums[..., : width**2].reshape(*sums.shape[:-1], width, width)
