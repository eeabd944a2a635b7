"""Three ways of combining, averaged by how well each foretells labels that it was not fitted on.

* *equal*: the mean of the probabilities of the members that know every label;
* *single*: the average of single members, each weighted by its likelihood: the Bayesian choice of
  one member (Hoeting et al. 1999), which finds one strong member among weak ones in a few texts;
* *regression*: the log score is a sum of the members' centred log-probabilities whose weights start
  at equal ones, under Gaussian priors whose widths are averaged by their evidence. It can take a
  common error out by weighing a member negatively, it moves thresholds, and it has the members that
  do not know every label.

Each has the product of its leave-one-out probabilities for the labelled texts as its weight
(pseudo Bayesian model averaging, Geisser and Eddy 1979): exact for the first two, in closed form
for the third. A labelled text counts as often as its label is more common among texts as they come
(`class_shares`) than among the labelled ones, which are mostly drawn evenly. Nothing has to be
chosen by whoever uses it: with no label it is *equal*, with few it stays near, and with many the
best foreteller takes over.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from tickertone.combiners.bayes_logistic import Posterior, Prior, posterior, probabilities, softmax
from tickertone.combiners.class_shares import class_shares
from tickertone.combiners.evidence import Evidence
from tickertone.combiners.linear_pool import UniformPool, equal_weights, whole_pool_weights
from tickertone.combiners.pool import Floats, Integers, Labels, Pool

_COMMON = 0.4  # width of the prior of the weight of the members' mean, around 1
_WIDTHS = (0.02, 0.1, 0.3, 1.0)  # of the prior of a member's own weight, around 0
_THRESHOLDS = (0.3, 1.0, 3.0)  # of the prior of a label's intercept
_LARGEST = 6.0  # of a centred log-probability: members of one text are sure beyond reason
_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class FittedAdaptive:
    """Shares of the three ways (draw, 3), and what each of them found.

    `singles`: weights of the complete members, shape (draw, complete member). `modes`, shape
    (prior, draw, parameter), with the shares of the priors, shape (prior, draw).
    """

    members: tuple[str, ...]
    shares: Floats
    singles: Floats
    modes: Floats
    priors: Floats
    weights: Floats

    def predict(self, pool: Pool, /) -> Floats:
        """The three, mixed, shape (draw, text, label)."""
        pool.require_members(self.members)
        whole = pool.complete.probabilities
        single = (self.singles @ whole.reshape(len(whole), -1)).reshape(-1, *whole.shape[1:])
        ways = [
            np.broadcast_to(pool.mean_probabilities, single.shape),
            single,
            self._regression(pool),
        ]
        return sum(
            (share[:, None, None] * way for share, way in zip(self.shares.T, ways, strict=True)),
            start=np.zeros(single.shape),
        )

    def _regression(self, pool: Pool) -> Floats:
        design = _design(pool)
        return sum(
            (
                share[:, None, None] * probabilities(design, modes)
                for share, modes in zip(self.priors, self.modes, strict=True)
            ),
            start=np.zeros(()),
        )


@dataclass(frozen=True)
class Adaptive:
    """No setting."""

    def fit(self, evidence: Evidence, draws: Integers, /) -> FittedAdaptive | UniformPool:
        """Fit the three on each draw; raises ConfigError if no member knows every label.

        A member alone is kept as it is: there is nothing to combine.
        """
        pool, count = evidence.pool, len(draws)
        if len(pool.members) == 1:
            return UniformPool.of(pool, count)
        priors, design = _priors(pool), _design(pool)
        alike = np.full((count, len(pool.complete.members)), 1 / len(pool.complete.members))
        if not draws.shape[1]:
            modes = np.stack([np.tile(prior.mean, (count, 1)) for prior in priors])
            even = np.full((len(priors), count), 1 / len(priors))
            only_equal = np.tile([1.0, 0.0, 0.0], (count, 1))
            return FittedAdaptive(
                pool.members, only_equal, alike, modes, even, equal_weights(pool, count)
            )
        labels = evidence.labels[draws]
        chosen = _chosen(evidence, draws)
        counts = np.take_along_axis(np.exp(-chosen), labels, axis=1)
        found = [posterior(design[draws], labels, chosen, prior) for prior in priors]
        of_priors = softmax(np.stack([fit.log_evidence for fit in found], axis=1)).T
        logs = np.log(np.maximum(evidence.likelihoods(draws), _LEAST))
        singles = softmax((counts[:, None] * logs).sum(axis=2))
        foretold = np.stack(
            [
                _log_score(pool.mean_probabilities[draws], labels, counts),
                _singles_left_out(logs, counts),
                _log_score(_mixed(of_priors, found), labels, counts),
            ],
            axis=1,
        )
        shares = softmax(foretold)
        modes = np.stack([fit.modes for fit in found])
        own = _own_weights(pool, modes, of_priors)
        weights = np.stack(
            [whole_pool_weights(pool, alike), whole_pool_weights(pool, singles), own], axis=1
        )
        mixed = (shares[:, None, :] @ weights)[:, 0]
        return FittedAdaptive(pool.members, shares, singles, modes, of_priors, mixed)


def _chosen(evidence: Evidence, draws: Integers) -> Floats:
    """The log of how much more often a label is drawn than it occurs, shape (draw, label)."""
    labels = evidence.labels[draws]
    which = labels[:, :, None] == np.arange(len(evidence.pool.labels))
    drawn = np.maximum(which.mean(axis=1), _LEAST)
    return np.asarray(np.log(drawn / np.maximum(class_shares(evidence, draws), _LEAST)))


def _log_score(left_out: Floats, labels: Labels, counts: Floats) -> Floats:
    """The sum of the log-probabilities of true labels, each `counts` times, shape (draw,)."""
    true = np.take_along_axis(left_out, labels[:, :, None], axis=2)[:, :, 0]
    return np.asarray((counts * np.log(np.maximum(true, _LEAST))).sum(axis=1))


def _singles_left_out(logs: Floats, counts: Floats) -> Floats:
    """The same of the average of single members, each row without its own say in their weights.

    `logs`, shape (draw, member, row), are log-likelihoods.
    """
    counted = counts[:, None] * logs
    others = counted.sum(axis=2, keepdims=True) - counted
    weights = softmax(others.transpose(0, 2, 1)).transpose(0, 2, 1)
    return np.asarray((counts * np.log((weights * np.exp(logs)).sum(axis=1))).sum(axis=1))


def _mixed(shares: Floats, found: list[Posterior]) -> Floats:
    return sum(
        (share[:, None, None] * fit.left_out for share, fit in zip(shares, found, strict=True)),
        start=np.zeros(()),
    )


def _design(pool: Pool) -> Floats:
    """Shape (text, label, parameter); `_priors` has the parameters in the same order.

    The complete members' mean; each member; each complete member and label, where there are more
    than two; how sure a member is, for each label that it does not know; a constant for each label.
    """
    logs = np.where(pool.known[:, None, :], pool.log_probabilities, 0.0)
    means = logs.sum(axis=2) / pool.known.sum(axis=1)[:, None]
    centred = np.where(pool.known[:, None, :], logs - means[:, :, None], 0.0)
    centred = np.clip(centred, -_LARGEST, _LARGEST)
    complete = pool.known.all(axis=1)
    texts, kinds = centred.shape[1:]
    label = np.eye(kinds)
    columns = [centred[complete].mean(axis=0), *centred]
    if kinds > 2:
        columns += [member * label[k] for member in centred[complete] for k in range(kinds)]
    for member, known in zip(centred[~complete], pool.known[~complete], strict=True):
        sure = np.abs(member).max(axis=1, keepdims=True)
        columns += [sure * label[k] for k in np.flatnonzero(~known)]
    columns += [np.broadcast_to(label[k], (texts, kinds)) for k in range(kinds)]
    return np.stack(columns, axis=2)


def _priors(pool: Pool) -> list[Prior]:
    """One for each pair of widths; all have the mean of the complete members as their mean."""
    complete = pool.known.all(axis=1)
    members, kinds = pool.known.shape
    whole = int(complete.sum()) if pool.complete else 0
    by_label = whole * kinds if kinds > 2 else 0
    unknown = int((~pool.known).sum())
    mean = np.zeros(1 + members + by_label + unknown + kinds)
    mean[0] = 1.0
    return [
        Prior(
            mean,
            np.concatenate(
                [
                    [_COMMON**-2],
                    np.full(members, width**-2),
                    np.full(by_label, (width / 2) ** -2),
                    np.full(unknown, width**-2),
                    np.full(kinds, threshold**-2),
                ]
            ),
        )
        for width, threshold in product(_WIDTHS, _THRESHOLDS)
    ]


def _own_weights(pool: Pool, modes: Floats, priors: Floats) -> Floats:
    """Each member's share of the absolute weights in the regression, shape (draw, member)."""
    mean = (priors[..., None] * modes).sum(axis=0)
    members = len(pool.members)
    common = pool.known.all(axis=1) / len(pool.complete.members)
    mass = np.abs(mean[:, 1 : 1 + members] + mean[:, :1] * common)
    return np.asarray(mass / np.maximum(mass.sum(axis=1, keepdims=True), _LEAST))


COMBINER = Adaptive
