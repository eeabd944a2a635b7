"""Selection by validation: the one member that explains the fitting labels best.

Source: the single-best baseline of Caruana et al., "Ensemble selection from libraries of models",
ICML 2004, section 3.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.linear_pool import LinearPool, single_member
from tickertone.combiners.pool import Labels, Pool
from tickertone.combiners.protocol import required_labels


@dataclass(frozen=True)
class PickBest:
    """The member with the lowest mean log loss, the first by name among equals."""

    def fit(self, pool: Pool, labels: Labels | None, /) -> LinearPool:
        """All weight on the chosen member."""
        labels = required_labels("pick_best", pool, labels)
        losses = -pool.log_probabilities[:, np.arange(len(labels)), labels].mean(axis=1)
        return single_member(pool.members, int(losses.argmin()))


COMBINER = PickBest
