"""The uniform linear opinion pool (Stone 1961): needs no labels, hard to beat on equal members."""

from dataclasses import dataclass

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.linear_pool import UniformPool
from tickertone.combiners.pool import Integers


@dataclass(frozen=True)
class Mean:
    """The mean of the probabilities of the members that know every label."""

    def fit(self, evidence: Evidence, draws: Integers, /) -> UniformPool:
        """Nothing to fit: equal weights."""
        return UniformPool.of(evidence.pool, len(draws))


COMBINER = Mean
