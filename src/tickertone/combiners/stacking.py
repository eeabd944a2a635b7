"""Stacked generalisation (Wolpert 1992) by multinomial logistic regression.

The features of a text are every member's log-probabilities, centred over the labels (the centred
log-ratio of Aitchison 1982): they hold what a softmax holds, and 0 means no preference.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.linear_pool import LinearPool, single_member
from tickertone.combiners.pool import Floats, Labels, Pool
from tickertone.combiners.protocol import required_labels

_ITERATIONS = 1000


@dataclass(frozen=True, eq=False)
class FittedStacking:
    """Coefficients, shape (label, member, label), and intercepts, shape (label,).

    Rows of labels that the fitting texts did not have are 0; `seen` is False there.
    """

    members: tuple[str, ...]
    coefficients: Floats
    intercepts: Floats
    seen: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @property
    def weights(self) -> tuple[tuple[str, float], ...]:
        """Each member's share of the absolute coefficients; equal where all of them are 0."""
        mass = np.abs(self.coefficients).sum(axis=(0, 2))
        shares = mass / mass.sum() if mass.sum() > 0 else np.full(len(mass), 1 / len(mass))
        return tuple(zip(self.members, shares.tolist(), strict=True))

    def predict(self, pool: Pool, /) -> Floats:
        """Probabilities, shape (text, label).

        A label that no fitting text had keeps the mean of the members' probabilities, and the
        regression divides the rest among the labels that it knows.
        """
        pool.require_members(self.members)
        scores = np.einsum("kml,mtl->tk", self.coefficients, _centred(pool)) + self.intercepts
        scores = np.where(self.seen, scores, -np.inf)
        known = np.exp(scores - scores.max(axis=1, keepdims=True))
        known /= known.sum(axis=1, keepdims=True)
        unknown = np.where(self.seen, 0.0, pool.probabilities.mean(axis=0))
        return np.asarray(unknown + (1 - unknown.sum(axis=1, keepdims=True)) * known)


@dataclass(frozen=True)
class Stacking:
    """Logistic regression with an L2 penalty of 1 / (2 `c`) on the coefficients."""

    c: float

    def fit(self, pool: Pool, labels: Labels | None, /) -> FittedStacking | LinearPool:
        """Fit the regression. A member alone is kept as it is: there is nothing to combine."""
        labels = required_labels("stacking", pool, labels)
        members, _, width = pool.logits.shape
        if members == 1:
            return single_member(pool.members, 0)
        known = np.unique(labels)
        coefficients = np.zeros((width, members, width))
        intercepts = np.zeros(width)
        if len(known) > 1:
            slopes, offsets = _regress(_centred(pool), labels, self.c)
            coefficients[known] = slopes.reshape(len(known), members, width)
            intercepts[known] = offsets
        return FittedStacking(
            pool.members, coefficients, intercepts, np.isin(np.arange(width), known)
        )


def _centred(pool: Pool) -> Floats:
    centred: Floats = pool.log_probabilities - pool.log_probabilities.mean(axis=-1, keepdims=True)
    return centred


def _regress(features: Floats, labels: Labels, c: float) -> tuple[Floats, Floats]:
    """Slopes (known label, member * label) and offsets (known label,).

    `features` has shape (member, text, label), and at least two labels are known.
    """
    from sklearn.linear_model import LogisticRegression

    members, texts, width = features.shape
    rows = features.transpose(1, 0, 2).reshape(texts, members * width)
    model = LogisticRegression(C=c, max_iter=_ITERATIONS).fit(rows, labels)
    slopes, offsets = np.asarray(model.coef_), np.asarray(model.intercept_)
    if len(slopes) == 1:  # of two labels scikit-learn gives the second one's log-odds alone
        return np.concatenate([np.zeros_like(slopes), slopes]), np.array([0.0, offsets[0]])
    return slopes, offsets


COMBINER = Stacking
