"""Selection by validation: the one member that explains the fitting labels best.

Source: the single-best baseline of Caruana et al., "Ensemble selection from libraries of models",
ICML 2004, section 3.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.linear_pool import LinearPool, UniformPool, whole_pool_weights
from tickertone.combiners.pool import Integers


@dataclass(frozen=True)
class PickBest:
    """The complete member with the lowest mean log loss, the first by name among equals."""

    def fit(self, evidence: Evidence, draws: Integers, /) -> LinearPool | UniformPool:
        """All weight on the chosen member of each draw."""
        pool = evidence.pool
        if not draws.shape[1]:
            return UniformPool.of(pool, len(draws))
        logs = pool.complete.log_probabilities[:, np.arange(len(evidence.labels)), evidence.labels]
        losses = -np.ascontiguousarray(logs[:, draws]).mean(axis=-1)
        shares = np.eye(len(losses))[losses.argmin(axis=0)]
        return LinearPool(pool.members, whole_pool_weights(pool, shares))


COMBINER = PickBest
