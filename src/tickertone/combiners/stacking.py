"""Stacked generalisation (Wolpert 1992) by multinomial logistic regression.

The features of a text are every member's centred log-probabilities (`Pool.features`), also of
members that do not know every label.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.linear_pool import UniformPool
from tickertone.combiners.logistic import regress
from tickertone.combiners.pool import Booleans, Floats, Integers, Pool


@dataclass(frozen=True, eq=False)
class FittedStacking:
    """Coefficients, shape (draw, label, feature), and intercepts, shape (draw, label).

    Rows of labels that the fitting texts did not have are 0; `seen`, shape (draw, label), is False
    there.
    """

    members: tuple[str, ...]
    owners: Integers
    coefficients: Floats
    intercepts: Floats
    seen: Booleans

    @property
    def weights(self) -> Floats:
        """Each member's share of the absolute coefficients; equal where all of them are 0."""
        owned = self.owners[:, None] == np.arange(len(self.members))
        mass = np.abs(self.coefficients).sum(axis=1) @ owned
        mass[mass.sum(axis=1) == 0] = 1.0
        return np.asarray(mass / mass.sum(axis=1, keepdims=True))

    def predict(self, pool: Pool, /) -> Floats:
        """Probabilities, shape (draw, text, label).

        A label that no fitting text had keeps the mean of the members' probabilities, and the
        regression divides the rest among the labels that it knows.
        """
        pool.require_members(self.members)
        draws, kinds, width = self.coefficients.shape
        scores = pool.features @ self.coefficients.reshape(draws * kinds, width).T
        scores = scores.reshape(-1, draws, kinds).transpose(1, 0, 2) + self.intercepts[:, None, :]
        scores = np.where(self.seen[:, None, :], scores, -np.inf)
        shares = np.exp(scores - scores.max(axis=2, keepdims=True))
        shares /= shares.sum(axis=2, keepdims=True)
        if self.seen.all():
            return np.asarray(shares)
        unseen = np.where(self.seen[:, None, :], 0.0, pool.mean_probabilities)
        return np.asarray(unseen + (1 - unseen.sum(axis=2, keepdims=True)) * shares)


@dataclass(frozen=True)
class Stacking:
    """Logistic regression with an L2 penalty of 1 / (2 `c`) on the coefficients."""

    c: float

    def fit(self, evidence: Evidence, draws: Integers, /) -> FittedStacking | UniformPool:
        """Fit the regressions. A member alone is kept as it is: there is nothing to combine."""
        pool, labels = evidence.pool, evidence.labels[draws]
        if not draws.shape[1] or len(pool.members) == 1:
            return UniformPool.of(pool, len(draws))
        kinds = len(pool.labels)
        seen = (labels[:, :, None] == np.arange(kinds)).any(axis=1)
        coefficients = np.zeros((len(draws), kinds, pool.features.shape[1]))
        intercepts = np.zeros((len(draws), kinds))
        for pattern in np.unique(seen, axis=0):
            if pattern.sum() > 1:  # draws that know the same labels are regressions of one shape
                alike = np.flatnonzero((seen == pattern).all(axis=1))
                targets = (np.cumsum(pattern) - 1)[labels[alike]]
                rows = pool.features[draws[alike]]
                slopes, offsets = regress(rows, targets, int(pattern.sum()), self.c)
                at = np.ix_(alike, np.flatnonzero(pattern))
                coefficients[at], intercepts[at] = slopes, offsets
        return FittedStacking(pool.members, pool.owners, coefficients, intercepts, seen)


COMBINER = Stacking
