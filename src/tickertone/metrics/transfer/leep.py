"""LEEP, the log expected empirical prediction (Nguyen et al. 2020, ICML, section 3).

The source model's soft outputs over its own labels z, and the target's true labels y, give an
empirical P(y | z); the score is the mean log-likelihood of the classifier that goes from text to z
as the source model does and from z to y by that table. Source and target labels need not be the
same, nor as many.
"""

import numpy as np

from tickertone.errors import DataError
from tickertone.metrics.classification import Floats, Labels
from tickertone.metrics.transfer.scorable import check_scorable, one_hot

_SUM_TOLERANCE = 1e-3  # half-precision softmax


def leep(probabilities: Floats, labels: Labels) -> float:
    """LEEP in nats, at most 0.

    `probabilities`, shape (text, source label): the source model's, over its own labels, each row
    of sum 1. `labels`, shape (text,): the target's true labels, any integers.

    It lies between minus the entropy of the labels (outputs that say nothing) and 0 (outputs from
    which every label can be told). Only the labels that occur are counted.

    Raises DataError for no text, lengths that differ, and rows that are no probabilities.
    """
    check_scorable("leep", probabilities, labels)
    totals = probabilities.sum(axis=1, keepdims=True)
    if (probabilities < 0).any() or (np.abs(totals - 1) > _SUM_TOLERANCE).any():
        raise DataError(
            "leep",
            found="outputs that are no probabilities",
            expected="rows of sum 1, nothing below 0",
            remedy="give the softmax of the logits",
        )
    soft = probabilities / totals
    truth = one_hot(labels)
    joint = truth.T @ soft / len(labels)  # P(y, z), shape (target label, source label)
    of_source = joint.sum(axis=0)
    # A source label of probability 0 on every text adds nothing, whatever its row says.
    given_source = joint / np.where(of_source == 0, 1.0, of_source)
    of_true = ((soft @ given_source.T) * truth).sum(axis=1)
    return float(np.log(np.minimum(of_true, 1.0)).mean())
