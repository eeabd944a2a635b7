"""Logistic regression on the members' log-probabilities, from equal weights on.

The log score of a label is a sum of the members' centred log-probabilities of it. Priors have the
mean of the complete members as their mean; how far a member's own weight and a label's threshold
may go from there is not set but averaged, over a grid of widths, by the evidence of each. A common
error can be taken out by weighing a member negatively, and members that do not know every label
take part.
"""

from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.special import softmax

from tickertone.combiners.bayes_logistic import Posterior, Prior, posterior, probabilities
from tickertone.combiners.pool import Floats, Integers, Labels, Pool

_COMMON = 0.4  # width of the prior of the weight of the members' mean, around 1
_WIDTHS = (0.02, 0.1, 0.3, 1.0)  # of the prior of a member's own weight, around 0
_THRESHOLDS = (0.3, 1.0, 3.0)  # of the prior of a label's intercept
_LARGEST = 6.0  # of a centred log-probability: members of one text are sure beyond reason
_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class FittedRegression:
    """Modes, shape (prior, draw, parameter), and the shares of the priors, shape (prior, draw).

    `weights`, shape (draw, member): each member's share of the absolute weights.
    """

    modes: Floats
    priors: Floats
    weights: Floats

    def predict(self, pool: Pool) -> Floats:
        """Of texts as they occur, shape (draw, text, label)."""
        design = _design(pool)
        return sum(
            (
                share[:, None, None] * probabilities(design, modes)
                for share, modes in zip(self.priors, self.modes, strict=True)
            ),
            start=np.zeros(()),
        )


class Regression(NamedTuple):
    """The fit, and what it would have given each true label unseen, shape (draw, row)."""

    fitted: FittedRegression
    foretold: Floats


def regression(pool: Pool, draws: Integers, labels: Labels, offset: Floats) -> Regression:
    """Fit each draw of rows of `pool`, shape (draw, row), to its labels.

    `offset`, shape (draw, label): the log of how much more often a label was drawn than it occurs.
    """
    design = _design(pool)[draws]
    found = [posterior(design, labels, offset, prior) for prior in _priors(pool)]
    evidence = np.stack([fit.log_evidence for fit in found], axis=1)
    shares = softmax(evidence, axis=-1).T
    modes = np.stack([fit.modes for fit in found])
    fitted = FittedRegression(modes, shares, _weights(pool, modes, shares))
    return Regression(fitted, _foretold(found, evidence, labels, offset))


def _foretold(found: list[Posterior], evidence: Floats, labels: Labels, offset: Floats) -> Floats:
    """Each row by priors whose shares it had no say in: their evidence, less what it added."""
    left_out = np.maximum(np.stack([fit.left_out for fit in found], axis=1), _LEAST)
    as_drawn = np.log(softmax(np.log(left_out) + offset[:, None, None, :], axis=-1))
    which = labels[:, None, :, None]
    added = np.take_along_axis(as_drawn, which, axis=3)[..., 0]
    shares = softmax((evidence[:, :, None] - added).transpose(0, 2, 1), axis=-1).transpose(0, 2, 1)
    true = np.take_along_axis(left_out, which, axis=3)[..., 0]
    return np.asarray((shares * true).sum(axis=1))


def _design(pool: Pool) -> Floats:
    """Shape (text, label, parameter); `_priors` has the parameters in the same order.

    The complete members' mean; each member, complete ones as they differ from that mean, so that
    many weights which are each small do not turn it round together; the same for each label, where
    there are more than two; how sure a member is, for each label that it does not know; a constant
    for each label.
    """
    logs = np.where(pool.known[:, None, :], pool.log_probabilities, 0.0)
    means = logs.sum(axis=2) / pool.known.sum(axis=1)[:, None]
    centred = np.where(pool.known[:, None, :], logs - means[:, :, None], 0.0)
    centred = np.clip(centred, -_LARGEST, _LARGEST)
    complete = pool.known.all(axis=1)
    texts, kinds = centred.shape[1:]
    label = np.eye(kinds)
    common = centred[complete].mean(axis=0)
    own = centred.copy()
    own[complete] -= common
    columns = [common, *own]
    if kinds > 2:
        columns += [member * label[k] for member in own[complete] for k in range(kinds)]
    for member, known in zip(centred[~complete], pool.known[~complete], strict=True):
        sure = np.abs(member).max(axis=1, keepdims=True)
        columns += [sure * label[k] for k in np.flatnonzero(~known)]
    columns += [np.broadcast_to(label[k], (texts, kinds)) for k in range(kinds)]
    return np.stack(columns, axis=2)


def _priors(pool: Pool) -> list[Prior]:
    """One for each pair of widths; all have the mean of the complete members as their mean."""
    members, kinds = pool.known.shape
    whole = len(pool.complete.members)
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


def _weights(pool: Pool, modes: Floats, priors: Floats) -> Floats:
    """Each member's share of the absolute weights in the regression, shape (draw, member)."""
    mean = (priors[..., None] * modes).sum(axis=0)
    own = mean[:, 1 : 1 + len(pool.members)]
    complete = pool.known.all(axis=1)
    shift = mean[:, :1] / complete.sum() - own[:, complete].mean(axis=1, keepdims=True)
    mass = np.abs(own + complete * shift)
    return np.asarray(mass / np.maximum(mass.sum(axis=1, keepdims=True), _LEAST))
