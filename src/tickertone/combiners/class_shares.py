"""How common each label is among texts like the unlabelled ones, when labelled texts were chosen.

Few labels are mostly drawn evenly, so many of each, whereas texts are not: two in three tweets
about companies are neutral. What was learnt from an even draw finds rare labels everywhere.

Texts of a label look alike wherever they were drawn (label shift), so the mean prediction over
unlabelled texts is a mixture of the mean predictions of each label, with the shares that are asked
for (Lipton, Wang and Smola 2018). They are found by least squares with a penalty (Azizzadenesheli
et al. 2019), here on the distance to what is predicted without any label: then few labels change
little, and many take out what the members' predictions have in common that is wrong.
"""

import numpy as np

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Floats, Integers
from tickertone.combiners.simplex import onto_simplex

_OFF_BY = 0.1  # how wrong the predicted share of a label may be (standard deviation)
_SPREAD = 0.05  # variance of a prediction among texts of one label: a guess that counts ...
_GUESSES = 4  # ... as much as so many texts
_LEAST = 0.02  # share of a label: a task has no label that never occurs
_ROUNDING = 1e-4  # added to variances, so that none is 0


def class_shares(evidence: Evidence, draws: Integers) -> Floats:
    """Estimated shares of the labels, shape (draw, label), each above 0, rows of sum 1.

    Without unlabelled texts those count from which the labelled ones were drawn; if these were all
    drawn, the shares are those of their labels.
    """
    labels = evidence.labels[draws]
    which = (labels[:, :, None] == np.arange(len(evidence.pool.labels))).astype(np.float64)
    around = evidence.unlabelled
    if around is None or not around.logits.shape[1]:
        around = evidence.pool
        if draws.shape[1] == around.logits.shape[1]:
            return _above_zero(which.mean(axis=1))
    everywhere = around.mean_probabilities
    expected = everywhere.mean(axis=0)
    means, variance = _of_labels(evidence.pool.mean_probabilities[draws], which, everywhere)
    noise = variance * (expected**2 / (which.sum(axis=1) + 1)).sum(axis=1)[:, None, None]
    precision = np.linalg.inv(noise + _ROUNDING * np.eye(len(expected)))
    trust = np.eye(len(expected)) / _OFF_BY**2
    left = means @ precision @ means.transpose(0, 2, 1) + trust
    right = (means @ precision @ expected[:, None])[..., 0] + trust @ expected
    sum_to_one = np.linalg.solve(left, np.ones((len(draws), len(expected), 1)))[..., 0]
    found = np.linalg.solve(left, right[..., None])[..., 0]
    lacking = (1 - found.sum(axis=1)) / sum_to_one.sum(axis=1)
    return _above_zero(onto_simplex(found + lacking[:, None] * sum_to_one))


def _above_zero(shares: Floats) -> Floats:
    shares = np.maximum(shares, _LEAST)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _of_labels(predicted: Floats, which: Floats, everywhere: Floats) -> tuple[Floats, Floats]:
    """Mean prediction of each label's texts, (draw, label, label), and variances around them.

    One more text of each label counts: that which the predictions themselves take for typical. So a
    label that a draw lacks has a mean too.
    """
    typical = everywhere.T @ everywhere / everywhere.sum(axis=0)[:, None]
    sums = which.transpose(0, 2, 1) @ predicted + typical
    means = sums / (which.sum(axis=1) + 1)[:, :, None]
    rest = predicted - which @ means
    free = max(which.shape[1] - which.shape[2], 0)
    guess = _GUESSES * _SPREAD * np.eye(which.shape[2])
    return means, (rest.transpose(0, 2, 1) @ rest + guess) / (free + _GUESSES)
