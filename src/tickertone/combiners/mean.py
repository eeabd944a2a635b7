"""The uniform linear opinion pool (Stone 1961): needs no labels, hard to beat on equal members."""

from dataclasses import dataclass

from tickertone.combiners.linear_pool import LinearPool, uniform_pool
from tickertone.combiners.pool import Labels, Pool


@dataclass(frozen=True)
class Mean:
    """The mean of the members' probabilities."""

    def fit(self, pool: Pool, _labels: Labels | None, /) -> LinearPool:
        """Nothing to fit: equal weights."""
        return uniform_pool(pool.members)


COMBINER = Mean
