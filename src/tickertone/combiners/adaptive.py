"""Three ways of combining, averaged by how well each foretells labels that it was not fitted on.

* *equal*: the mean of the probabilities of the members that know every label;
* *single*: the average of single members, each weighted by its likelihood: the Bayesian choice of
  one member (Hoeting et al. 1999), which finds one strong member among weak ones in a few texts;
* *regression*: `member_regression`, which starts at equal weights too, moves thresholds, and has
  the members that do not know every label.

Each has the product of its leave-one-out probabilities for the labelled texts as its weight
(pseudo Bayesian model averaging, Geisser and Eddy 1979): exact for the first two, without refitting
and so not quite for the third. A labelled text counts as often as its label is more common among
texts as they come (`class_shares`, which does see the text) than among the labelled ones, which are
mostly drawn evenly. Nothing has to be chosen by whoever uses it: with no label it is *equal*, with
few it stays near, and with many the best foreteller takes over.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from tickertone.combiners.class_shares import class_shares
from tickertone.combiners.evidence import Evidence
from tickertone.combiners.linear_pool import UniformPool, equal_weights, whole_pool_weights
from tickertone.combiners.member_regression import FittedRegression, regression
from tickertone.combiners.pool import Floats, Integers, Pool

_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class FittedAdaptive:
    """Shares of the three ways (draw, 3), and what the second and the third found.

    `singles`: weights of the complete members, shape (draw, complete member).
    """

    members: tuple[str, ...]
    shares: Floats
    singles: Floats
    regression: FittedRegression
    weights: Floats

    def predict(self, pool: Pool, /) -> Floats:
        """The three, mixed, shape (draw, text, label)."""
        pool.require_members(self.members)
        whole = pool.complete.probabilities
        single = (self.singles @ whole.reshape(len(whole), -1)).reshape(-1, *whole.shape[1:])
        equal = np.broadcast_to(pool.mean_probabilities, single.shape)
        ways = (equal, single, self.regression.predict(pool))
        return sum(
            (share[:, None, None] * way for share, way in zip(self.shares.T, ways, strict=True)),
            start=np.zeros(single.shape),
        )


@dataclass(frozen=True)
class Adaptive:
    """No setting."""

    def fit(self, evidence: Evidence, draws: Integers, /) -> FittedAdaptive | UniformPool:
        """Fit the three on each draw; raises ConfigError if no member knows every label.

        Without a label it is the mean, and a member alone is kept as it is.
        """
        pool, labels = evidence.pool, evidence.labels[draws]
        if not draws.shape[1] or len(pool.members) == 1:
            return UniformPool.of(pool, len(draws))
        chosen = _chosen(evidence, draws)
        likelihoods = np.maximum(evidence.likelihoods(draws), _LEAST)
        counts = np.take_along_axis(np.exp(-chosen), labels, axis=1)
        fitted, by_regression = regression(pool, draws, labels, chosen)
        foretold = [likelihoods.mean(axis=1), _singles_left_out(likelihoods, counts), by_regression]
        logs = np.log(np.maximum(np.stack(foretold, axis=1), _LEAST))
        shares = softmax((counts[:, None] * logs).sum(axis=2), axis=-1)
        singles = softmax((counts[:, None] * np.log(likelihoods)).sum(axis=2), axis=-1)
        weights = np.stack(
            [
                equal_weights(pool, len(draws)),
                whole_pool_weights(pool, singles),
                fitted.weights,
            ],
            axis=1,
        )
        mixed = (shares[:, None, :] @ weights)[:, 0]
        return FittedAdaptive(pool.members, shares, singles, fitted, mixed)


def _chosen(evidence: Evidence, draws: Integers) -> Floats:
    """The log of how much more often a label is drawn than it occurs, shape (draw, label)."""
    which = evidence.labels[draws][:, :, None] == np.arange(len(evidence.pool.labels))
    drawn = np.maximum(which.mean(axis=1), _LEAST)
    return np.asarray(np.log(drawn / class_shares(evidence, draws)))


def _singles_left_out(likelihoods: Floats, counts: Floats) -> Floats:
    """Of the average of single members, each row without its own say in their weights, (draw, row).

    `likelihoods` has shape (draw, member, row).
    """
    counted = counts[:, None] * np.log(likelihoods)
    others = counted.sum(axis=2, keepdims=True) - counted
    weights = softmax(others.transpose(0, 2, 1), axis=-1).transpose(0, 2, 1)
    return np.asarray((weights * likelihoods).sum(axis=1))


COMBINER = Adaptive
