"""Many logistic regressions at once: of one shape, each on rows of its own.

What is minimised is scikit-learn's: the log losses of the rows, plus half the squared slopes over
`c`; intercepts are free. Two labels share one set of slopes, more have one each. Newton's method
with halved steps, so that every regression arrives, and arrives alone: the others change nothing.
"""

import numpy as np
from scipy.special import log_softmax

from tickertone.combiners.pool import Booleans, Floats, Integers

_ITERATIONS = 200
_STEP = 1e-9  # of a coefficient: Newton's error is then of the order of its square
_HALVINGS = 40
_ROUNDING = 1e-13  # of a loss, relative


def regress(features: Floats, targets: Integers, kinds: int, c: float) -> tuple[Floats, Floats]:
    """Slopes (draw, kind, feature) and intercepts (draw, kind) of the log-odds.

    `features` has shape (draw, row, feature), `targets` (draw, row) numbers from 0 to `kinds` - 1,
    of which each draw must have every one. Of two kinds the first has slopes and intercept 0.
    """
    draws, rows, width = features.shape
    problem = _Problem(
        np.concatenate([features, np.ones((draws, rows, 1))], axis=2),
        targets[:, :, None] == np.arange(kinds),
        slice(1, 2) if kinds == 2 else slice(0, kinds),
        np.append(np.full(width, 1 / c), 0.0),
    )
    found = np.zeros((draws, kinds, width + 1))
    at_work = np.arange(draws)
    losses = problem.losses(found)
    for _ in range(_ITERATIONS):
        part = problem.of(at_work)
        steps = part.newton(found[at_work])
        found[at_work], losses[at_work] = part.descend(found[at_work], steps, losses[at_work])
        at_work = at_work[np.abs(steps).max(axis=(1, 2)) > _STEP]
        if not len(at_work):
            break
    return found[:, :, :-1], found[:, :, -1]


class _Problem:
    """Rows with a constant 1 at the end, which kind each is of, and the penalty a coefficient."""

    def __init__(self, rows: Floats, true: Booleans, free: slice, penalty: Floats) -> None:
        self.rows, self.true, self.free, self.penalty = rows, true, free, penalty

    def of(self, draws: Integers) -> "_Problem":
        return _Problem(self.rows[draws], self.true[draws], self.free, self.penalty)

    def losses(self, found: Floats) -> Floats:
        """What is minimised, shape (draw,)."""
        logs = log_softmax(self.rows @ found.transpose(0, 2, 1), axis=-1)
        fit = -np.where(self.true, logs, 0.0).sum(axis=(1, 2))
        return np.asarray(fit + (self.penalty * found**2).sum(axis=(1, 2)) / 2)

    def newton(self, found: Floats) -> Floats:
        """The step to the lowest point of the parabola that touches, 0 for what is not free."""
        shares = np.exp(log_softmax(self.rows @ found.transpose(0, 2, 1), axis=-1))
        gradient = (shares - self.true).transpose(0, 2, 1) @ self.rows + self.penalty * found
        free = np.arange(found.shape[1])[self.free]
        draws, kinds, width = len(found), len(free), found.shape[2]
        curvature = np.empty((draws, kinds, width, kinds, width))
        for i, one in enumerate(free):
            for j, other in enumerate(free):
                weight = shares[:, :, one] * ((one == other) - shares[:, :, other])
                weighted = self.rows * weight[:, :, None]
                curvature[:, i, :, j, :] = self.rows.transpose(0, 2, 1) @ weighted
        diagonal = np.arange(kinds)
        curvature[:, diagonal, :, diagonal, :] += np.diag(self.penalty)
        if kinds > 1:  # all intercepts may rise together: keep their sum where it is
            curvature[:, :, -1, :, -1] += 1.0
        flat = gradient[:, self.free].reshape(draws, kinds * width, 1)
        solved = np.linalg.solve(curvature.reshape(draws, kinds * width, -1), flat)
        steps = np.zeros_like(found)
        steps[:, self.free] = -solved.reshape(draws, kinds, width)
        return steps

    def descend(self, found: Floats, steps: Floats, losses: Floats) -> tuple[Floats, Floats]:
        """Go the whole step, or half, a quarter ...: until the loss does not rise."""
        size = np.ones(len(found))
        for _ in range(_HALVINGS):
            arrived = found + size[:, None, None] * steps
            now = self.losses(arrived)
            rises = now > losses + _ROUNDING * (1 + np.abs(losses))
            if not rises.any():
                break
            size[rises] /= 2
        return arrived, now
