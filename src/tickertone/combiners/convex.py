"""The linear opinion pool with the weights of the highest log score, shrunk towards equal ones.

The weights maximise the log score of the mixture plus `prior_texts` / N for the logarithm of each
weight (a Dirichlet prior, as of so many texts that speak for all members alike), by expectation
maximisation: each text is shared out among the members that foresaw it. The problem is concave, and
the prior keeps every weight above 0. Source of the pool's log score: Hall and Mitchell, "Combining
density forecasts", International Journal of Forecasting 23 (2007). Members that do not know every
label are left out.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.linear_pool import LinearPool, UniformPool, whole_pool_weights
from tickertone.combiners.pool import Floats, Integers

_LEAST = 1e-15  # a probability that has underflown is blamed on all members alike
_ITERATIONS = 100_000
_MOVE = 1e-12  # of a weight, in one iteration


@dataclass(frozen=True)
class Convex:
    """Weights on the simplex by penalised log score."""

    prior_texts: float

    def fit(self, evidence: Evidence, draws: Integers, /) -> LinearPool | UniformPool:
        """Weights of each draw, all above 0. A member alone is kept as it is."""
        pool = evidence.pool
        if not draws.shape[1] or len(pool.members) == 1:
            return UniformPool.of(pool, len(draws))
        shares = _shares(np.maximum(evidence.likelihoods(draws), _LEAST), self.prior_texts)
        return LinearPool(pool.members, whole_pool_weights(pool, shares))


def _shares(likelihoods: Floats, prior_texts: float) -> Floats:
    """The weights that maximise the penalised log score, shape (draw, member)."""
    draws, members, rows = likelihoods.shape
    shares = np.full((draws, members), 1 / members)
    at_work = np.arange(draws)
    working = likelihoods
    for _ in range(_ITERATIONS):
        before = shares[at_work]
        mixed = before[:, None, :] @ working
        blamed = before * (working @ (1 / mixed).transpose(0, 2, 1))[:, :, 0]
        after = (blamed + prior_texts / members) / (rows + prior_texts)
        shares[at_work] = after
        moves = np.abs(after - before).max(axis=1) > _MOVE
        if not moves.all():
            at_work, working = at_work[moves], working[moves]
            if not len(at_work):
                break
    return shares


COMBINER = Convex
