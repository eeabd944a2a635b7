"""How well a transfer score ranks models: Kendall's tau-b between scores and accuracies.

The interval comes from resampling the models with replacement (percentile bootstrap). It answers
"what if other models of this kind had been in the pool" and holds nothing of the noise that the
few texts put into scores and accuracies. It takes models for independent draws, which those that
share a base or a source are not. In simulations with independent models, normal scores and a true
correlation of 0 to 0.8, accuracies rounded so that some are equal or not, it held the true tau in
92 to 99 % of cases with 8 to 18 models, and in 92 to 100 % with 5 or 6. With 3 or 4 resampling
would in 62 and 86 %: there the interval is -1 to 1.

Models no two of which disagree, ties apart, do not in any resample: there the interval also holds
what would let as many disjoint untied pairs agree in 2.5 % of cases (and the same of models no two
of which agree). That end is a cautious one: one exchange of neighbours among many may bring it
nearer.
"""

import numpy as np

from tickertone.errors import DataError
from tickertone.metrics.bootstrap import percentile_interval, resample_counts
from tickertone.metrics.classification import Floats
from tickertone.metrics.evaluation import Estimate
from tickertone.metrics.unseen import share_unseen

FEWEST_MODELS = 3
FEWEST_TO_RESAMPLE = 5
_DIGITS = 12


def rank_agreement(scores: Floats, accuracies: Floats, *, draws: int, seed: int) -> Estimate | None:
    """Kendall's tau-b (Kendall 1945), -1 to 1, and its 95 % interval over resampled models.

    `scores` and `accuracies`, shape (model,). None where it is undefined: fewer than three models,
    or all scores or all accuracies equal. Resamples in which it is undefined are left out.

    Raises DataError for lengths that differ and for numbers that are not finite.
    """
    if scores.shape != accuracies.shape or scores.ndim != 1:
        raise DataError(
            "rank agreement",
            found=f"scores of shape {scores.shape}, accuracies of shape {accuracies.shape}",
            expected="one of each for each model",
        )
    if not (np.isfinite(scores).all() and np.isfinite(accuracies).all()):
        raise DataError("rank agreement", found="a score that is no finite number")
    if len(scores) < FEWEST_MODELS or np.ptp(scores) == 0 or np.ptp(accuracies) == 0:
        return None
    from scipy import stats

    tau = _rounded(float(stats.kendalltau(scores, accuracies, variant="b").statistic))
    if len(scores) < FEWEST_TO_RESAMPLE:
        return Estimate(tau, -1.0, 1.0)
    counts = resample_counts(len(scores), draws, np.random.default_rng(seed))
    resampled = _tau_of_resamples(scores, accuracies, counts)
    defined = resampled[~np.isnan(resampled)]
    if not len(defined):  # only with very few draws: then nothing is known
        return Estimate(tau, -1.0, 1.0)
    low, high = map(float, percentile_interval(defined))
    low = min(low, _least_of_one_order(scores, accuracies))
    high = max(high, -_least_of_one_order(-scores, accuracies))
    return Estimate(tau, _rounded(low), _rounded(high))


def _least_of_one_order(scores: Floats, accuracies: Floats) -> float:
    """How low the tau may be of models no two of which disagree; 1 if any two do.

    Disjoint pairs are independent. Where no two disagree, a model that is untied with the one half
    the models further on in their order is below it in both.
    """
    if (np.sign(scores[:, None] - scores) * np.sign(accuracies[:, None] - accuracies) < 0).any():
        return 1.0
    order = np.lexsort((accuracies, scores))
    half = len(order) // 2
    below, above = order[:half], order[-half:]
    pairs = ((scores[below] < scores[above]) & (accuracies[below] < accuracies[above])).sum()
    return 1 - 2 * share_unseen(int(pairs))


def _rounded(tau: float) -> float:
    """Of the last digits, which rounding would else leave beyond 1 or just short of it."""
    return round(tau, _DIGITS)


def _tau_of_resamples(scores: Floats, accuracies: Floats, counts: Floats) -> Floats:
    """tau-b with each model counted as often as it was drawn, shape (draw,); NaN if undefined.

    Pairs of models are compared once; a resample only weights them.
    """
    by_score = np.sign(scores[:, None] - scores)
    by_accuracy = np.sign(accuracies[:, None] - accuracies)
    agreeing = _weighted(by_score * by_accuracy, counts)
    untied = _weighted(np.abs(by_score), counts) * _weighted(np.abs(by_accuracy), counts)
    return np.asarray(agreeing / np.sqrt(np.where(untied == 0, np.nan, untied)))


def _weighted(pairs: Floats, counts: Floats) -> Floats:
    return np.asarray(((counts @ pairs) * counts).sum(axis=1))
