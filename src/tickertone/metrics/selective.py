"""Accuracy where a system is sure: the risk-coverage curve (El-Yaniv and Wiener 2010)."""

import math

import numpy as np
import numpy.typing as npt

from tickertone.errors import ConfigError, DataError
from tickertone.metrics.classification import Floats

Bools = npt.NDArray[np.bool_]

SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
_ROUNDING = 1e-9  # 0.7 * 10 is 7, whatever floats say


def selective_accuracy(
    confidence: Floats, right: Bools, shares: tuple[float, ...] = SHARES
) -> Floats:
    """Accuracy on the most confident share of the texts, for each share, shape (share,).

    `confidence`, any scale, and `right`, shape (text,). A share is rounded up to whole texts. Where
    texts of equal confidence do not all fit in, each counts as the mean of them: the expectation
    over random order, so the result depends on no order of rows.

    Raises ConfigError for a share outside ]0, 1], DataError for no text, lengths that differ, and
    a confidence that is no number.
    """
    if not all(0 < share <= 1 for share in shares):
        raise ConfigError(
            "selective accuracy", found=f"shares {shares}", expected="more than 0, at most 1"
        )
    texts = len(right)
    if not texts or confidence.shape != right.shape or np.isnan(confidence).any():
        raise DataError(
            "selective accuracy",
            found=f"confidence of shape {confidence.shape} for {texts} texts, or no number",
            expected="one number for each of at least one text",
        )
    _, position, size = np.unique(-confidence, return_inverse=True, return_counts=True)
    kept = np.array([math.ceil(share * texts - _ROUNDING) for share in shares])
    # Between the ends of a group of equals the number of right ones grows evenly.
    texts_so_far = np.concatenate([[0], np.cumsum(size)])
    right_so_far = np.concatenate([[0], np.cumsum(np.bincount(position, weights=right))])
    return np.asarray(np.interp(kept, texts_so_far, right_so_far) / kept)
