"""Plurality vote of the members' decisions (Hansen and Salamon 1990), ties by mean probability."""

from dataclasses import dataclass

from tickertone.combiners.pool import Floats, Labels, Pool


@dataclass(frozen=True)
class FittedMajorityVote:
    """One vote each for `members`."""

    members: tuple[str, ...]

    @property
    def weights(self) -> tuple[tuple[str, float], ...]:
        """Each member's share of the votes: all equal."""
        return tuple((member, 1 / len(self.members)) for member in self.members)

    def predict(self, pool: Pool, /) -> Floats:
        """Shares of the votes, the mean probability counted as one more voter, shape (text, label).

        That voter divides its one vote among the labels, so it can never outweigh a whole vote: it
        settles ties, and no share is ever exactly 0.
        """
        pool.require_members(self.members)
        mean = pool.probabilities.mean(axis=0)
        shares: Floats = (pool.votes.sum(axis=0) + mean) / (len(self.members) + 1)
        return shares


@dataclass(frozen=True)
class MajorityVote:
    """One member, one vote."""

    def fit(self, pool: Pool, _labels: Labels | None, /) -> FittedMajorityVote:
        """Nothing to fit: one vote each."""
        return FittedMajorityVote(pool.members)


COMBINER = MajorityVote
