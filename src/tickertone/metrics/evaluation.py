"""Several systems on the same texts: metrics with intervals, and every system against the best.

The best is the most accurate system that is not known to have seen the texts, where there is one.
The comparison is on accuracy: McNemar's test and the paired bootstrap of the difference. McNemar's
p values are also given corrected for the number of comparisons (Holm 1979). The best is chosen on
the texts that then test it, which neither p values nor intervals account for: its lead is somewhat
overstated, and its p values against the others are somewhat too small.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from tickertone.metrics.bootstrap import percentile_interval, resampled_sums
from tickertone.metrics.classification import Floats, Labels
from tickertone.metrics.paired import bootstrap_p, holm, mcnemar
from tickertone.metrics.scorecard import Metric, confusion_of, measure, statistics, statistics_width

ACCURACY, LOG_LOSS = Metric("accuracy"), Metric("log_loss")


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a system says: probabilities, shape (text, label), and its decisions, shape (text,)."""

    probabilities: Floats
    predicted: Labels


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % percentile bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """A system against the best one: `difference` in accuracy (system minus best), and p values."""

    difference: Estimate
    p_mcnemar: float
    p_holm: float
    p_bootstrap: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A system's metrics, its confusion matrix (true, predicted), and how it compares.

    `to_best` is None for the system that the others are compared to.
    """

    metrics: Mapping[Metric, Estimate]
    confusion: Labels
    to_best: Comparison | None


def evaluate(
    systems: Mapping[str, Predictions],
    labels: Labels,
    *,
    draws: int,
    seed: int,
    contaminated: Collection[str] = (),
) -> dict[str, Evaluation]:
    """Evaluate every system; best first: highest accuracy, ties by log loss, then by name.

    The others are compared to the first that is not `contaminated`; to the first if all are.
    `labels` has shape (text,), at least one.
    """
    texts, width = next(iter(systems.values())).probabilities.shape
    per_text = {
        name: statistics(system.probabilities, system.predicted, labels)
        for name, system in systems.items()
    }
    sums = resampled_sums(np.concatenate(list(per_text.values()), axis=1), draws, seed)
    step = statistics_width(width)
    points, spreads = {}, {}
    for position, (name, own) in enumerate(per_text.items()):
        points[name] = measure(own.sum(axis=0), texts, width)
        spreads[name] = measure(sums[:, position * step : (position + 1) * step], texts, width)
    ranked = sorted(
        systems, key=lambda s: (-float(points[s][ACCURACY]), float(points[s][LOG_LOSS]), s)
    )
    compared = _compare(
        next((name for name in ranked if name not in contaminated), ranked[0]),
        {name: systems[name].predicted == labels for name in ranked},
        {name: spreads[name][ACCURACY] for name in ranked},
    )
    return {
        name: Evaluation(
            metrics={
                metric: _estimate(float(value), spreads[name][metric])
                for metric, value in points[name].items()
            },
            confusion=confusion_of(per_text[name].sum(axis=0), width).astype(np.int64),
            to_best=compared.get(name),
        )
        for name in ranked
    }


def _compare(
    best: str,
    right: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]],
    accuracies: Mapping[str, Floats],
) -> dict[str, Comparison]:
    """Every system but the best, against the best."""
    others = [name for name in right if name != best]
    p_values = [mcnemar(right[name], right[best]) for name in others]
    comparisons = {}
    for name, p_value, adjusted in zip(others, p_values, holm(p_values), strict=True):
        differences = accuracies[name] - accuracies[best]
        observed = float(right[name].mean() - right[best].mean())
        comparisons[name] = Comparison(
            difference=_estimate(observed, differences),
            p_mcnemar=p_value,
            p_holm=adjusted,
            p_bootstrap=bootstrap_p(differences),
        )
    return comparisons


def _estimate(value: float, draws: Floats) -> Estimate:
    low, high = percentile_interval(draws)
    return Estimate(value, float(low), float(high))
