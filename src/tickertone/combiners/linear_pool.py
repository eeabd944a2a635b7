"""The linear opinion pool: a weighted mean of the members' probabilities.

Source: Stone, "The opinion pool", Annals of Mathematical Statistics 32 (1961). What uniform mean,
pick-the-best and greedy selection have in common once their weights are known. A member that does
not know every label has no probability to put into the mean, and weight 0.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.pool import Floats, Pool


@dataclass(frozen=True, eq=False)
class LinearPool:
    """A fitted combiner: weights of the members, shape (draw, member), at least 0 and of sum 1."""

    members: tuple[str, ...]
    weights: Floats

    def predict(self, pool: Pool, /) -> Floats:
        """The weighted mean, shape (draw, text, label)."""
        pool.require_members(self.members)
        whole = pool.complete.probabilities
        weights = self.weights[:, pool.known.all(axis=1)]
        mixed = weights @ whole.reshape(len(whole), -1)
        return np.asarray(mixed.reshape(len(weights), *whole.shape[1:]))


def equal_weights(pool: Pool, draws: int) -> Floats:
    """The same weight for every complete member, shape (draw, member); one row, broadcast."""
    shares = np.all(pool.known, axis=1) / len(pool.complete.members)
    return np.broadcast_to(shares, (draws, len(pool.members)))


def whole_pool_weights(pool: Pool, shares: Floats) -> Floats:
    """Weights of all members from those of the complete ones, shape (draw, complete member)."""
    weights = np.zeros((len(shares), len(pool.members)))
    weights[:, pool.known.all(axis=1)] = shares
    return weights


@dataclass(frozen=True, eq=False)
class UniformPool:
    """A fitted combiner: the plain mean of the complete members, the same in each of `draws`."""

    members: tuple[str, ...]
    weights: Floats

    @classmethod
    def of(cls, pool: Pool, draws: int) -> "UniformPool":
        """The mean of a pool; raises ConfigError if no member is complete."""
        return cls(pool.members, equal_weights(pool, draws))

    def predict(self, pool: Pool, /) -> Floats:
        """The mean, shape (draw, text, label); one draw's worth, broadcast."""
        pool.require_members(self.members)
        mean = pool.mean_probabilities
        return np.broadcast_to(mean, (len(self.weights), *mean.shape))
