"""Half soft vote, half hard vote: DAFT-E^Z of arXiv 2406.13720, as its authors ran it.

They average (p + vote) / 2 over the models, p the probability of the positive class and vote its
0/1 decision. Here the same is done for every label, which for two labels is their rule.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.linear_pool import equal_weights
from tickertone.combiners.pool import Floats, Integers, Pool


@dataclass(frozen=True, eq=False)
class FittedHalfHardMean:
    """Equal weights, shape (draw, member), for the members that know every label."""

    members: tuple[str, ...]
    weights: Floats

    def predict(self, pool: Pool, /) -> Floats:
        """The mean of (probability + vote) / 2, shape (draw, text, label)."""
        pool.require_members(self.members)
        whole = pool.complete
        means = ((whole.probabilities + whole.votes) / 2).mean(axis=0)
        return np.broadcast_to(means, (len(self.weights), *means.shape))


@dataclass(frozen=True)
class HalfHardMean:
    """The mean of (probability + hard vote) / 2."""

    def fit(self, evidence: Evidence, draws: Integers, /) -> FittedHalfHardMean:
        """Nothing to fit: equal weights."""
        pool = evidence.pool
        return FittedHalfHardMean(pool.members, equal_weights(pool, len(draws)))


COMBINER = HalfHardMean
