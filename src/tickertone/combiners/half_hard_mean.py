"""Half soft vote, half hard vote: DAFT-E^Z of arXiv 2406.13720, as its authors ran it.

They average (p + vote) / 2 over the models, p the probability of the positive class and vote its
0/1 decision. Here the same is done for every label, which for two labels is their rule.
"""

from dataclasses import dataclass

from tickertone.combiners.pool import Floats, Labels, Pool


@dataclass(frozen=True)
class FittedHalfHardMean:
    """Equal weights for `members`."""

    members: tuple[str, ...]

    @property
    def weights(self) -> tuple[tuple[str, float], ...]:
        """Each member's share of the mean: all equal."""
        return tuple((member, 1 / len(self.members)) for member in self.members)

    def predict(self, pool: Pool, /) -> Floats:
        """The mean of (probability + vote) / 2, shape (text, label)."""
        pool.require_members(self.members)
        means: Floats = ((pool.probabilities + pool.votes) / 2).mean(axis=0)
        return means


@dataclass(frozen=True)
class HalfHardMean:
    """The mean of (probability + hard vote) / 2."""

    def fit(self, pool: Pool, _labels: Labels | None, /) -> FittedHalfHardMean:
        """Nothing to fit: equal weights."""
        return FittedHalfHardMean(pool.members)


COMBINER = HalfHardMean
