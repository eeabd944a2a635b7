"""Plurality vote of the members' decisions (Hansen and Salamon 1990), ties by mean probability."""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.linear_pool import equal_weights
from tickertone.combiners.pool import Floats, Integers, Pool


@dataclass(frozen=True, eq=False)
class FittedMajorityVote:
    """One vote for each member that knows every label; shares of them, shape (draw, member)."""

    members: tuple[str, ...]
    weights: Floats

    def predict(self, pool: Pool, /) -> Floats:
        """Shares of the votes, the mean probability counted as one more voter.

        Shape (draw, text, label). That voter divides its one vote among the labels, so it can never
        outweigh a whole vote: it settles ties, and no share is ever exactly 0.
        """
        pool.require_members(self.members)
        whole = pool.complete
        shares = (whole.votes.sum(axis=0) + pool.mean_probabilities) / (len(whole.members) + 1)
        return np.broadcast_to(shares, (len(self.weights), *shares.shape))


@dataclass(frozen=True)
class MajorityVote:
    """One member, one vote."""

    def fit(self, evidence: Evidence, draws: Integers, /) -> FittedMajorityVote:
        """Nothing to fit: one vote each."""
        pool = evidence.pool
        return FittedMajorityVote(pool.members, equal_weights(pool, len(draws)))


COMBINER = MajorityVote
