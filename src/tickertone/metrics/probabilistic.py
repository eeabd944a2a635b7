"""Metrics of probabilities: log loss, Brier score, expected calibration error.

The first two are means of one number a text; the third is a function of sums over bins.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

LEAST_PROBABILITY = 1e-15  # log loss takes a smaller probability for this one: at most 34.5 a text
BINS = 15  # Guo et al. 2017, table 1


def log_losses(probabilities: Floats, labels: Labels) -> Floats:
    """Minus the natural log of the true label's probability, shape (text,)."""
    of_true = probabilities[np.arange(len(labels)), labels]
    return np.asarray(-np.log(np.clip(of_true, LEAST_PROBABILITY, 1.0)))


def brier_scores(probabilities: Floats, labels: Labels) -> Floats:
    """Squared distance to the true label's corner of the simplex, 0 to 2, shape (text,).

    The original definition (Brier 1950) over all labels: with two labels it is twice the score
    that counts the positive label alone.
    """
    truth = np.eye(probabilities.shape[1])[labels]
    return np.asarray(((probabilities - truth) ** 2).sum(axis=1))


def confidence_bins(probabilities: Floats) -> Labels:
    """Bin of each text's highest probability, shape (text,).

    Bin i holds ]i / 15, (i + 1) / 15], equal widths; 0 falls into the first.
    """
    bins = np.ceil(probabilities.max(axis=1) * BINS).astype(np.int64) - 1
    return np.asarray(np.clip(bins, 0, BINS - 1))


def calibration_gaps(probabilities: Floats, predicted: Labels, labels: Labels) -> Floats:
    """Right (1) or wrong (0) minus confidence, in the column of its bin, shape (text, 15)."""
    gaps = np.zeros((len(labels), BINS))
    confidence = probabilities.max(axis=1)
    gaps[np.arange(len(labels)), confidence_bins(probabilities)] = (
        predicted == labels
    ) - confidence
    return gaps


def expected_calibration_error(gap_sums: Floats, texts: int) -> Floats:
    """Top-label ECE (Guo et al. 2017, eq. 3), 0 to 1, shape (...).

    `gap_sums`, shape (..., 15), are calibration gaps summed over `texts`.

    Resampling adds noise to every bin and absolute values do not cancel: bootstrap intervals of
    this metric lie somewhat too high.
    """
    return np.asarray(np.abs(gap_sums).sum(axis=-1) / texts)


def reliability(
    probabilities: Floats, predicted: Labels, labels: Labels
) -> tuple[Labels, Floats, Floats]:
    """Texts, mean confidence and accuracy of each bin, shape (15,); NaN where a bin is empty."""
    bins = confidence_bins(probabilities)
    texts = np.bincount(bins, minlength=BINS)
    divisor = np.where(texts == 0, np.nan, texts)
    confidence = np.bincount(bins, weights=probabilities.max(axis=1), minlength=BINS) / divisor
    right = np.bincount(bins, weights=predicted == labels, minlength=BINS) / divisor
    return texts, confidence, right
