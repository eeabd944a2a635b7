"""How common each label is among texts like the unlabelled ones, when labelled texts were chosen.

Few labels are mostly drawn evenly, so many of each, whereas texts are not: two in three tweets
about companies are neutral. What was learnt from an even draw finds rare labels everywhere.

Texts of a label look alike wherever they were drawn (label shift), so the mean prediction over
unlabelled texts is a mixture of the mean predictions of each label, with the shares that are asked
for (Lipton, Wang and Smola 2018). They are found by least squares with a penalty (Azizzadenesheli
et al. 2019), here on the distance to what is guessed without any label: then few labels change
little, and many take out what the members' predictions have in common that is wrong.

There are two guesses: the predicted shares, which mostly are near the mark, and even shares, for
members that find one label nearly everywhere. The answers from both are averaged, each weighted by
how probable its guess is, and by how probable that makes the mean prediction. The first guess is
made of that very prediction, so that it wins unless labels tell against it: which is meant. Where
few texts are without labels, it is nearer to even shares, and less sure.

An even draw says nothing of how common labels are: one that was made so, by its evidence, unless it
is of all texts, and one of as many texts of each label, or of all that a label has. Any other is
taken as texts come: its own labels then say that themselves, and the answer above counts as much as
some texts more, as many as tell the share of one in two as well as its guesses do. Where nothing
but a draw is known, its labels are all there is to say it, evenly drawn or not.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Floats, Integers
from tickertone.combiners.simplex import onto_simplex

# How probable each guess is, and how wrong: standard deviations before shares must have the sum 1.
_PREDICTED, _PREDICTED_OFF_BY = 0.8, 0.1
_EVEN, _EVEN_OFF_BY = 0.2, 0.2
_SPREAD = 0.05  # variance of a prediction among texts of one label: a guess that counts ...
_GUESSES = 4  # ... as much as so many texts
_LEAST = 0.02  # share of a label: a task has no label that never occurs
_ROUNDING = 1e-4  # added to variances, so that none is 0
_OF_A_TEXT = 0.25  # variance of whether a text has a label that one in two has
_NEVER = 1e-12  # probability of a label that no member ever finds


def class_shares(evidence: Evidence, draws: Integers) -> Floats:
    """Estimated shares of the labels, shape (draw, label), each above 0, rows of sum 1.

    Without unlabelled texts those count from which the labelled ones were drawn; if these were all
    drawn, the shares are those of their labels. Where there is no text at all, they are even.
    """
    labels = evidence.labels[draws]
    which = (labels[:, :, None] == np.arange(len(evidence.pool.labels))).astype(np.float64)
    everything = draws.shape[1] == len(evidence.labels)
    around = evidence.unlabelled
    if around is None or not around.logits.shape[1]:
        around = evidence.pool
        if everything:
            return _above_zero(
                which.mean(axis=1) if draws.size else np.ones_like(which.sum(axis=1))
            )
    everywhere = np.maximum(around.mean_probabilities, _NEVER)
    guesses = _guesses(everywhere)
    mixture = _Mixture.of(evidence.pool.mean_probabilities[draws], which, everywhere)
    found = _averaged(guesses, [mixture.around(guess) for guess in guesses])
    if evidence.drawn_evenly and not everything:
        return found
    counts = which.sum(axis=1)
    worth = _OF_A_TEXT / sum(guess.probable * guess.off_by**2 for guess in guesses)
    by_counts = (counts + worth * found) / (counts.sum(axis=1, keepdims=True) + worth)
    return np.where(_even(counts, evidence)[:, None], found, by_counts)


def _even(counts: Floats, evidence: Evidence) -> NDArray[np.bool_]:
    """Whether draws with so many texts of each label, (draw, label), look as if made evenly."""
    available = np.bincount(evidence.labels, minlength=counts.shape[1])
    most, every = counts == counts.max(axis=1, keepdims=True), counts == available
    even = (most | every).all(axis=1) & (most.all(axis=1) | ~every.all(axis=1))
    return np.asarray(even)


class _Guess(NamedTuple):
    """Shares (label,), how wrong: a standard deviation before their sum must be 1, and odds."""

    shares: Floats
    off_by: float
    probable: float


def _guesses(everywhere: Floats) -> tuple[_Guess, _Guess]:
    """The predicted shares, with some texts of even shares among them, and even shares."""
    texts, kinds = everywhere.shape
    even = np.full(kinds, 1 / kinds)
    predicted = (everywhere.sum(axis=0) + _GUESSES * even) / (texts + _GUESSES)
    off_by = float(np.sqrt(_PREDICTED_OFF_BY**2 + _OF_A_TEXT / (texts + _GUESSES)))
    return _Guess(predicted, off_by, _PREDICTED), _Guess(even, _EVEN_OFF_BY, _EVEN)


def _averaged(guesses: Sequence[_Guess], answers: "Sequence[_Answer]") -> Floats:
    """Each answer by how probable its guess is, and by how probable that makes what is seen."""
    prior = np.log([guess.probable for guess in guesses])
    logs = np.stack([answer.log_evidence for answer in answers], axis=1)
    shares = np.stack([_above_zero(answer.shares) for answer in answers], axis=1)
    return np.asarray((softmax(prior + logs, axis=-1)[:, :, None] * shares).sum(axis=1))


class _Answer(NamedTuple):
    """Shares, shape (draw, label), and the log density of the mean prediction, shape (draw,)."""

    shares: Floats
    log_evidence: Floats


class _Mixture(NamedTuple):
    """The mean prediction (label,) as one of each label's mean predictions (draw, label, label).

    What is left over is an error of it, of variance `sampling` (label, label), and of those means,
    each of variance `variance` (draw, label, label) over its label's `counts` (draw, label).
    """

    predicted: Floats
    means: Floats
    sampling: Floats
    variance: Floats
    counts: Floats

    @classmethod
    def of(cls, predicted: Floats, which: Floats, everywhere: Floats) -> "_Mixture":
        """Of labelled texts (draw, row, label), what they are, and texts without labels."""
        means, variance = _of_labels(predicted, which, everywhere)
        sampling = _of_mean(everywhere)
        return cls(everywhere.mean(axis=0), means, sampling, variance, which.sum(axis=1) + 1)

    def around(self, guess: _Guess) -> _Answer:
        """Shares that are off a guess by a normal error, of sum 1."""
        count, kinds = len(self.means), len(guess.shares)
        noise = self._noise(guess.shares)
        precise = self.means @ np.linalg.inv(noise)
        trust = np.eye(kinds) / guess.off_by**2
        left = precise @ self.means.transpose(0, 2, 1) + trust
        right = precise @ self.predicted + trust @ guess.shares
        sum_to_one = np.linalg.solve(left, np.ones((count, kinds, 1)))[..., 0]
        found = np.linalg.solve(left, right[..., None])[..., 0]
        lacking = (1 - found.sum(axis=1)) / sum_to_one.sum(axis=1)
        shares = onto_simplex(found + lacking[:, None] * sum_to_one)
        return _Answer(shares, self._log_evidence(guess, noise))

    def _noise(self, guess: Floats) -> Floats:
        """Variance of what is left over, were the guess right, shape (draw, label, label)."""
        of_means = self.variance * (guess**2 / self.counts).sum(axis=1)[:, None, None]
        return np.asarray(of_means + self.sampling + _ROUNDING * np.eye(len(guess)))

    def _log_evidence(self, guess: _Guess, noise: Floats) -> Floats:
        """Up to a constant; predictions have sum 1, so that one direction of them says nothing."""
        kinds = len(guess.shares)
        within = np.linalg.svd(np.eye(kinds) - 1 / kinds)[0][:, : kinds - 1]
        moved = self.means.transpose(0, 2, 1) @ within
        spread = guess.off_by**2 * moved @ moved.transpose(0, 2, 1) + noise
        spread = within.T @ spread @ within
        off = (self.predicted - guess.shares @ self.means) @ within
        distance = (off * np.linalg.solve(spread, off[..., None])[..., 0]).sum(axis=1)
        return np.asarray(-(distance + np.linalg.slogdet(spread)[1]) / 2)


def _above_zero(shares: Floats) -> Floats:
    shares = np.maximum(shares, _LEAST)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _of_labels(predicted: Floats, which: Floats, everywhere: Floats) -> tuple[Floats, Floats]:
    """Mean prediction of each label's texts, (draw, label, label), and variances around them.

    One more text of each label counts: that which the predictions themselves take for typical. So a
    label that a draw lacks has a mean too.
    """
    typical = everywhere.T @ everywhere / everywhere.sum(axis=0)[:, None]
    sums = which.transpose(0, 2, 1) @ predicted + typical
    means = sums / (which.sum(axis=1) + 1)[:, :, None]
    rest = predicted - which @ means
    free = max(which.shape[1] - which.shape[2], 0)
    guess = _GUESSES * _SPREAD * np.eye(which.shape[2])
    return means, (rest.transpose(0, 2, 1) @ rest + guess) / (free + _GUESSES)


def _of_mean(everywhere: Floats) -> Floats:
    """Variance of the mean prediction over so many texts, shape (label, label).

    Some guessed texts count, each sure of one label, so that few texts are not believed too far.
    """
    texts, kinds = everywhere.shape
    rest = everywhere - everywhere.mean(axis=0)
    likely = (everywhere.sum(axis=0) + 1) / (texts + kinds)
    guess = np.diag(likely) - np.outer(likely, likely)
    return np.asarray((rest.T @ rest + _GUESSES * guess) / (texts + _GUESSES) / texts)
