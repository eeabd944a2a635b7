"""The linear opinion pool: a weighted mean of the members' probabilities.

Source: Stone, "The opinion pool", Annals of Mathematical Statistics 32 (1961). What uniform mean,
pick-the-best and greedy selection have in common once their weights are known.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.pool import Floats, Pool


@dataclass(frozen=True)
class LinearPool:
    """A fitted combiner: `shares` of the members, at least 0 and of sum 1."""

    members: tuple[str, ...]
    shares: tuple[float, ...]

    @property
    def weights(self) -> tuple[tuple[str, float], ...]:
        """Each member's share of the mean."""
        return tuple(zip(self.members, self.shares, strict=True))

    def predict(self, pool: Pool, /) -> Floats:
        """The weighted mean, shape (text, label)."""
        pool.require_members(self.members)
        return np.asarray(np.einsum("m,mtl->tl", np.array(self.shares), pool.probabilities))


def uniform_pool(members: tuple[str, ...]) -> LinearPool:
    """The plain mean."""
    return LinearPool(members, (1 / len(members),) * len(members))


def single_member(members: tuple[str, ...], chosen: int) -> LinearPool:
    """All weight on one member."""
    return LinearPool(members, tuple(float(i == chosen) for i in range(len(members))))
