"""DAFT-E of arXiv 2406.13720, as its authors ran it: least squares by a few passes of gradients.

Known of their learner: the label as 0 or 1, on the members' (p + vote) / 2 of the positive class;
stochastic gradient descent, 5 passes, L2 1e-4; every weight starts at 1/N, with an intercept;
threshold 0.5. Not known, and taken from the defaults of scikit-learn's SGDRegressor: the rate of
step t is 0.01 / t^0.25, the intercept starts at 0 and is not penalised. That class would shuffle
the rows in each pass; here nothing is drawn: labels take turns (the first row of each label, the
second of each, ...; the label of the draw's first row begins), in the same order in every pass.

The positive class is the last of two labels. Of more labels each has a regression of its own (is it
this label?), which the authors do not have. Members that do not know every label are left out.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.linear_pool import UniformPool, whole_pool_weights
from tickertone.combiners.pool import Floats, Integers, Pool
from tickertone.combiners.simplex import onto_simplex

_RATE, _POWER = 0.01, 0.25  # of scikit-learn's SGDRegressor


@dataclass(frozen=True, eq=False)
class FittedLeastSquaresSGD:
    """Slopes, shape (draw, regression, complete member), and intercepts, (draw, regression).

    One regression of the last label where there are two, else one of every label.
    """

    members: tuple[str, ...]
    slopes: Floats
    intercepts: Floats
    weights: Floats

    def predict(self, pool: Pool, /) -> Floats:
        """The regressions' values as the nearest distribution, shape (draw, text, label).

        For two labels that is the value itself, cut off at 0 and 1.
        """
        pool.require_members(self.members)
        scores = np.einsum("drm,mtr->dtr", self.slopes, _features(pool), optimize=True)
        scores = scores + self.intercepts[:, None, :]
        if scores.shape[2] == 1:
            scores = np.concatenate([1 - scores, scores], axis=2)
        return onto_simplex(scores)


@dataclass(frozen=True)
class LeastSquaresSGD:
    """Least squares by `passes` passes of stochastic gradients, L2 penalty `alpha`, from 1/N."""

    passes: int
    alpha: float

    def fit(self, evidence: Evidence, draws: Integers, /) -> FittedLeastSquaresSGD | UniformPool:
        """Go through the rows of each draw; without any it stays where it starts, at DAFT-E^Z.

        A member alone is kept as it is.
        """
        pool, labels = evidence.pool, evidence.labels[draws]
        if len(pool.members) == 1:
            return UniformPool.of(pool, len(draws))
        draws = np.take_along_axis(draws, _turns(labels), axis=1)
        features = _features(pool)[:, draws].transpose(1, 2, 3, 0)  # draw, row, regression, member
        kinds = np.arange(len(pool.labels))[-features.shape[2] :]
        targets = (evidence.labels[draws][:, :, None] == kinds).astype(np.float64)
        slopes, intercepts = self._descend(features, targets)
        mass = np.abs(slopes).mean(axis=1)
        mass[mass.sum(axis=1) == 0] = 1.0
        shares = mass / mass.sum(axis=1, keepdims=True)
        weights = whole_pool_weights(pool, shares)
        return FittedLeastSquaresSGD(pool.members, slopes, intercepts, weights)

    def _descend(self, features: Floats, targets: Floats) -> tuple[Floats, Floats]:
        draws, rows, regressions, members = features.shape
        slopes = np.full((draws, regressions, members), 1 / members)
        intercepts = np.zeros((draws, regressions))
        for step in range(self.passes * rows):
            row = features[:, step % rows]
            rate = _RATE / (step + 1) ** _POWER
            wrong = (slopes * row).sum(axis=2) + intercepts - targets[:, step % rows]
            slopes *= 1 - rate * self.alpha
            slopes -= rate * wrong[:, :, None] * row
            intercepts -= rate * wrong
        return slopes, intercepts


def _features(pool: Pool) -> Floats:
    """(p + vote) / 2 of the complete members, shape (member, text, regression)."""
    whole = pool.complete
    every = (whole.probabilities + whole.votes) / 2
    return every[:, :, 1:] if len(pool.labels) == 2 else every


def _turns(labels: Integers) -> Integers:
    """The order in which labels take turns, shape (draw, row); rows of a label keep theirs."""
    same = labels[:, :, None] == np.arange(labels.max(initial=0) + 1)
    first = same.argmax(axis=1) if labels.shape[1] else labels
    place = np.take_along_axis(np.cumsum(same, axis=1), labels[:, :, None], axis=2)[:, :, 0]
    turn = place * labels.shape[1] + np.take_along_axis(first, labels, axis=1)
    return np.asarray(np.argsort(turn, axis=1, kind="stable"))


COMBINER = LeastSquaresSGD
