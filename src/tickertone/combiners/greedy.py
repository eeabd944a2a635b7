"""Greedy ensemble selection with replacement, by log loss.

Source: Caruana, Niculescu-Mizil, Crew and Ksikes, "Ensemble selection from libraries of models",
ICML 2004, sections 2.1 (with replacement) and 2.2 (sorted initialisation).
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.linear_pool import LinearPool, UniformPool, whole_pool_weights
from tickertone.combiners.pool import Floats, Integers

_LEAST = 1e-15  # a probability that has underflown costs its logarithm, not infinity


@dataclass(frozen=True)
class Greedy:
    """Sorted initialisation, then `rounds` additions; the best ensemble on the way is kept.

    Sorted initialisation: members ordered by their own log loss, and of the ensembles of the first
    1, 2, ... of them the best one is the start. Every tie goes to the smaller ensemble and then to
    the member that is first by name. Members that do not know every label are not drawn.
    """

    rounds: int

    def fit(self, evidence: Evidence, draws: Integers, /) -> LinearPool | UniformPool:
        """Weights are the shares of the additions."""
        pool = evidence.pool
        if not draws.shape[1]:
            return UniformPool.of(pool, len(draws))
        # The log loss of a mean of probabilities depends on those of the true labels alone.
        counts = _selected(evidence.likelihoods(draws), self.rounds)
        shares = counts / counts.sum(axis=1, keepdims=True)
        return LinearPool(pool.members, whole_pool_weights(pool, shares))


def _selected(likelihoods: Floats, rounds: int) -> Floats:
    """How often each member is in the best ensemble, shape (draw, member)."""
    each = np.arange(len(likelihoods))
    counts = _sorted_start(likelihoods)
    total = (counts[:, None, :] @ likelihoods)[:, 0, :]
    best, best_loss = counts, _log_loss(total / counts.sum(axis=1, keepdims=True))
    for _ in range(rounds):
        size = counts.sum(axis=1) + 1
        losses = _log_loss((total[:, None, :] + likelihoods) / size[:, None, None])
        chosen = losses.argmin(axis=1)
        counts = counts + (np.arange(counts.shape[1]) == chosen[:, None])
        total = total + likelihoods[each, chosen]
        better = losses[each, chosen] < best_loss
        best = np.where(better[:, None], counts, best)
        best_loss = np.where(better, losses[each, chosen], best_loss)
    return np.asarray(best)


def _sorted_start(likelihoods: Floats) -> Floats:
    """How often each member is in the start: 0 or 1, shape (draw, member)."""
    order = np.argsort(_log_loss(likelihoods), axis=1, kind="stable")
    sizes = np.arange(1, order.shape[1] + 1)
    ranked = np.take_along_axis(likelihoods, order[:, :, None], axis=1)
    prefixes = np.cumsum(ranked, axis=1) / sizes[:, None]
    size = _log_loss(prefixes).argmin(axis=1) + 1
    counts = np.zeros(order.shape)
    np.put_along_axis(counts, order, (sizes <= size[:, None]).astype(np.float64), axis=1)
    return counts


def _log_loss(likelihoods: Floats) -> Floats:
    """Mean over the last axis (texts) of minus the log of the true label's probability."""
    return np.asarray(-np.log(np.maximum(likelihoods, _LEAST)).mean(axis=-1))


COMBINER = Greedy
