"""Logistic regression under a Gaussian prior, many draws at once, with what it is worth.

The score of a label is linear in a design of shape (row, label, parameter), so that one parameter
may serve several labels. Rows may have been chosen by their label: an *offset*, the log of how
much more often a label was chosen than it occurs, is added to scores while fitting and left out of
predictions, which are thus for texts as they occur (case-control sampling, Prentice and Pyke 1979).

Found are the mode of the posterior (Newton's method, steps halved while
the objective falls), the log evidence by Laplace's approximation (MacKay 1992), and what each row
would have been told had it been left out, by one Newton step from the mode without it (Rad and
Maleki 2020, section 2.2), which costs no refitting.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from tickertone.combiners.pool import Floats, Integers

_ITERATIONS = 50
_HALVINGS = 30
_STEP = 1e-8  # of a parameter: Newton's error is then of the order of its square
_ROUNDING = 1e-10  # of a log posterior


@dataclass(frozen=True, eq=False)
class Prior:
    """Independent Gaussians: means and precisions, shape (parameter,)."""

    mean: Floats
    precision: Floats


@dataclass(frozen=True, eq=False)
class Posterior:
    """Modes (draw, parameter), log evidence (draw,), probabilities left out (draw, row, label)."""

    modes: Floats
    log_evidence: Floats
    left_out: Floats


def posterior(design: Floats, targets: Integers, offset: Floats, prior: Prior) -> Posterior:
    """Of `design`, shape (draw, row, label, parameter), and label numbers `targets` (draw, row).

    `offset` has shape (draw, label); -inf would be a label that was never chosen, so give a number.
    """
    modes = np.broadcast_to(prior.mean, (len(design), len(prior.mean))).copy()
    chosen = np.take_along_axis(offset, targets, axis=1).sum(axis=1)
    offset = offset[:, None, :]
    true = np.take_along_axis(design, targets[:, :, None, None], axis=2)[:, :, 0]
    at_work = np.arange(len(design))
    for _ in range(_ITERATIONS):
        steps = _climb(design[at_work], true[at_work], offset[at_work], modes[at_work], prior)
        modes[at_work] += steps
        at_work = at_work[np.abs(steps).max(axis=1) > _STEP]  # each arrives alone
        if not len(at_work):
            break
    shares, _, curvature = _slope(design, true, offset, modes, prior)
    height = chosen + _log_posterior(design, true, offset, modes, prior)
    spread = np.log(prior.precision).sum() - np.linalg.slogdet(curvature)[1]
    left_out = _left_out(design, targets, modes, shares, curvature)
    return Posterior(modes, np.asarray(height + spread / 2), left_out)


def _climb(design: Floats, true: Floats, offset: Floats, modes: Floats, prior: Prior) -> Floats:
    """Newton's step of each draw, halved until the log posterior does not fall."""
    _, gradient, curvature = _slope(design, true, offset, modes, prior)
    steps = np.linalg.solve(curvature, gradient[..., None])[..., 0]
    height = _log_posterior(design, true, offset, modes, prior)
    size = np.ones((len(modes), 1))
    for _ in range(_HALVINGS):
        there = _log_posterior(design, true, offset, modes + size * steps, prior)
        falls = there < height - _ROUNDING
        if not falls.any():
            break
        size[falls] /= 2
    return np.asarray(size * steps)


def probabilities(design: Floats, modes: Floats) -> Floats:
    """Of texts with one design (text, label, parameter) for all draws: (draw, text, label)."""
    texts, labels, width = design.shape
    scores = modes @ design.reshape(texts * labels, width).T
    return np.asarray(softmax(scores.reshape(len(modes), texts, labels), axis=-1))


def _scores(design: Floats, modes: Floats) -> Floats:
    return np.asarray((design @ modes[:, None, :, None])[..., 0])


def _log_posterior(
    design: Floats, true: Floats, offset: Floats, modes: Floats, prior: Prior
) -> Floats:
    """Up to a constant, shape (draw,)."""
    scores = _scores(design, modes) + offset
    highest = scores.max(axis=2)
    logs = highest + np.log(np.exp(scores - highest[..., None]).sum(axis=2))
    fit = (true @ modes[:, :, None])[..., 0].sum(axis=1) - logs.sum(axis=1)
    return np.asarray(fit - (prior.precision * (modes - prior.mean) ** 2).sum(axis=1) / 2)


def _slope(
    design: Floats, true: Floats, offset: Floats, modes: Floats, prior: Prior
) -> tuple[Floats, Floats, Floats]:
    """Shares (draw, row, label), gradient (draw, parameter) and minus the second derivatives."""
    draws, rows, labels, width = design.shape
    shares = softmax(_scores(design, modes) + offset, axis=-1)
    expected = (shares[:, :, None, :] @ design)[:, :, 0]
    gradient = (true - expected).sum(axis=1) - prior.precision * (modes - prior.mean)
    around = np.sqrt(shares)[..., None] * (design - expected[:, :, None])
    flat = around.reshape(draws, rows * labels, width)
    return shares, gradient, flat.transpose(0, 2, 1) @ flat + np.diag(prior.precision)


def _left_out(
    design: Floats, targets: Integers, modes: Floats, shares: Floats, curvature: Floats
) -> Floats:
    """What rows would be told without themselves, no offset, shape (draw, row, label)."""
    draws, rows, labels, width = design.shape
    flat = design.reshape(draws, rows * labels, width)
    solved = np.linalg.solve(curvature, flat.transpose(0, 2, 1)).transpose(0, 2, 1)
    leverage = solved.reshape(design.shape) @ design.transpose(0, 1, 3, 2)
    identity = np.eye(labels)
    weight = shares[..., None] * (identity - shares[..., None, :])
    residual = identity[targets] - shares
    pull = np.linalg.solve(identity - weight @ leverage, residual[..., None])
    return np.asarray(softmax(_scores(design, modes) - (leverage @ pull)[..., 0], axis=-1))
