"""Least squares on the members' probabilities, shrunk towards their mean by as much as helps.

One weight a member, the same for all labels, shrunk towards 1/N; one intercept a label, shrunk
towards 0 by the same penalty (Hoerl and Kennard 1970, with another centre). The penalty is that of
a grid, the mean itself included, with the lowest squared error of texts left out one at a time,
which needs one decomposition and no refitting (the block form of Allen's PRESS, 1974). Members that
do not know every label are left out.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.linear_pool import UniformPool, whole_pool_weights
from tickertone.combiners.pool import Floats, Integers, Pool
from tickertone.combiners.simplex import onto_simplex

_PENALTIES = np.logspace(-2, 4, 25)  # of squared weights, beside squared errors of probabilities
_ROUNDING = 1e-9  # of an error: with one text, no penalty changes what it is told when left out


@dataclass(frozen=True, eq=False)
class FittedRidge:
    """Slopes, shape (draw, complete member), and intercepts, shape (draw, label)."""

    members: tuple[str, ...]
    slopes: Floats
    intercepts: Floats
    weights: Floats

    def predict(self, pool: Pool, /) -> Floats:
        """The regression's values as the nearest distribution, shape (draw, text, label)."""
        pool.require_members(self.members)
        whole = pool.complete.probabilities
        scores = self.slopes @ whole.reshape(len(whole), -1)
        scores = scores.reshape(len(self.slopes), *whole.shape[1:])
        return onto_simplex(scores + self.intercepts[:, None, :])


@dataclass(frozen=True)
class Ridge:
    """Least squares with an L2 penalty towards the mean, chosen by leave-one-out error."""

    def fit(self, evidence: Evidence, draws: Integers, /) -> FittedRidge | UniformPool:
        """Fit each draw with its own penalty. A member alone is kept as it is."""
        pool = evidence.pool
        if not draws.shape[1] or len(pool.members) == 1:
            return UniformPool.of(pool, len(draws))
        kinds, whole = len(pool.labels), pool.complete.probabilities
        means = pool.mean_probabilities
        # What the mean leaves unexplained, and what may explain it: both of sum 0 over the labels.
        left = (np.eye(kinds)[evidence.labels] - means)[draws]
        members = (whole - 1 / kinds).transpose(1, 2, 0)[draws]  # draw, row, label, member
        offsets = np.broadcast_to(np.eye(kinds) - 1 / kinds, (*draws.shape, kinds, kinds))
        change = _ridge(np.concatenate([members, offsets], axis=3), left)
        slopes = 1 / len(whole) + change[:, : len(whole)]
        shares = np.abs(slopes) / np.abs(slopes).sum(axis=1, keepdims=True)
        weights = whole_pool_weights(pool, shares)
        return FittedRidge(pool.members, slopes, change[:, len(whole) :], weights)


def _ridge(features: Floats, targets: Floats) -> Floats:
    """Coefficients, shape (draw, feature), under the penalty with the lowest left-out error.

    `features` has shape (draw, row, label, feature), `targets` (draw, row, label): the labels of a
    row are left out together. No penalty is low enough to be worth it: all coefficients are 0.
    """
    draws, rows, kinds, width = features.shape
    flat = features.reshape(draws, rows * kinds, width)
    scales, axes = np.linalg.eigh(flat.transpose(0, 2, 1) @ flat)
    turned = (flat @ axes).reshape(features.shape)
    pulls = (turned * targets[..., None]).sum(axis=(1, 2))
    best = np.zeros((draws, width))
    lowest = (targets**2).sum(axis=(1, 2))
    for penalty in _PENALTIES[::-1]:
        found = pulls / (np.maximum(scales, 0.0) + penalty)
        reach = turned / (np.maximum(scales, 0.0) + penalty)[:, None, None, :]
        own = np.eye(kinds) - reach @ turned.transpose(0, 1, 3, 2)
        wrong = targets - (turned @ found[:, None, :, None])[..., 0]
        left_out = np.linalg.solve(own, wrong[..., None])[..., 0]
        error = (left_out**2).sum(axis=(1, 2))
        better = error < lowest * (1 - _ROUNDING)
        best = np.where(better[:, None], found, best)
        lowest = np.where(better, error, lowest)
    return np.asarray((axes @ best[:, :, None])[:, :, 0])


COMBINER = Ridge
