"""Greedy ensemble selection with replacement, by log loss.

Source: Caruana, Niculescu-Mizil, Crew and Ksikes, "Ensemble selection from libraries of models",
ICML 2004, sections 2.1 (with replacement) and 2.2 (sorted initialisation).
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.linear_pool import LinearPool
from tickertone.combiners.pool import Floats, Labels, Pool
from tickertone.combiners.protocol import required_labels

_LEAST = 1e-15  # a probability that has underflown costs its logarithm, not infinity


@dataclass(frozen=True)
class Greedy:
    """Sorted initialisation, then `rounds` additions; the best ensemble on the way is kept.

    Sorted initialisation: members ordered by their own log loss, and of the ensembles of the first
    1, 2, ... of them the best one is the start. Every tie goes to the smaller ensemble and then to
    the member that is first by name.
    """

    rounds: int

    def fit(self, pool: Pool, labels: Labels | None, /) -> LinearPool:
        """Weights are the shares of the additions."""
        labels = required_labels("greedy", pool, labels)
        # The log loss of a mean of probabilities depends on those of the true labels alone.
        likelihoods = pool.probabilities[:, np.arange(len(labels)), labels]
        counts = _sorted_start(likelihoods)
        total = counts @ likelihoods
        best, best_loss = counts, float(_log_loss(total / counts.sum()))
        for _ in range(self.rounds):
            losses = _log_loss((total + likelihoods) / (counts.sum() + 1))
            chosen = int(losses.argmin())
            counts = counts + (np.arange(len(counts)) == chosen)
            total = total + likelihoods[chosen]
            if losses[chosen] < best_loss:
                best, best_loss = counts, float(losses[chosen])
        return LinearPool(pool.members, tuple((best / best.sum()).tolist()))


def _sorted_start(likelihoods: Floats) -> Floats:
    """How often each member is in the start: 0 or 1, shape (member,)."""
    order = np.argsort(_log_loss(likelihoods), kind="stable")
    sizes = np.arange(1, len(order) + 1)
    prefixes = np.cumsum(likelihoods[order], axis=0) / sizes[:, None]
    size = int(_log_loss(prefixes).argmin()) + 1
    counts = np.zeros(len(order))
    counts[order[:size]] = 1
    return counts


def _log_loss(likelihoods: Floats) -> Floats:
    """Mean over the last axis (texts) of minus the log of the true label's probability."""
    return np.asarray(-np.log(np.maximum(likelihoods, _LEAST)).mean(axis=-1))


COMBINER = Greedy
