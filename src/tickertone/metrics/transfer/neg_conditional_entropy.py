"""The transfer score of arXiv 2406.13720: minus the conditional entropy of predicted given true.

The paper calls it LEEP; it is not the LEEP of Nguyen et al. 2020, which takes soft outputs and asks
the other way round, how well the true label follows from the prediction.
"""

import numpy as np

from tickertone.errors import DataError
from tickertone.metrics.classification import Labels
from tickertone.metrics.transfer.scorable import check_scorable, one_hot


def neg_conditional_entropy(predicted: Labels, labels: Labels) -> float:
    """-H(predicted | true) in nats, at most 0, at least minus the log of the number of labels.

    `predicted` and `labels`, shape (text,): the source model's decisions and the true labels.

    It says how steadily a model answers, not how rightly: one that always gives the same answer,
    or always the wrong one of two, has the highest score, 0.

    Raises DataError for no text and lengths that differ.
    """
    if predicted.ndim != 1:
        raise DataError(
            "neg_conditional_entropy",
            found=f"decisions of shape {predicted.shape}",
            expected="one decision for each text",
        )
    check_scorable("neg_conditional_entropy", predicted, labels)
    joint = one_hot(labels).T @ one_hot(predicted) / len(labels)  # shape (true, predicted)
    given_true = joint / joint.sum(axis=1, keepdims=True)
    logs = np.log(np.where(given_true == 0, 1.0, given_true))
    return float(min((joint * logs).sum(), 0.0))
