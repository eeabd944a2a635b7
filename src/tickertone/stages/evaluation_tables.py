"""The tables that evaluate writes: their columns, and how they follow from evaluations.

Rows of the leaderboard stand full before clean and best first; the order of all tables depends
on their content alone, so that equal inputs give equal bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tickertone.metrics.evaluation import Comparison, Evaluation, Predictions
from tickertone.metrics.probabilistic import BINS
from tickertone.metrics.probabilistic import reliability as reliability_of
from tickertone.metrics.scorecard import Metric

Indices = np.ndarray[tuple[int], np.dtype[np.int64]]

_ON_LEADERBOARD = ("macro_f1", "weighted_f1", "mcc", "log_loss", "brier", "ece")

LEADERBOARD = pa.schema(
    [
        ("split", pa.string()),
        ("system", pa.string()),
        ("kind", pa.string()),
        ("n", pa.int64()),
        ("accuracy", pa.float64()),
        ("accuracy_low", pa.float64()),
        ("accuracy_high", pa.float64()),
        *[(name, pa.float64()) for name in _ON_LEADERBOARD],
        ("p_vs_best", pa.float64()),  # McNemar; this and the next five: null for the reference
        ("p_holm", pa.float64()),
        ("p_bootstrap_vs_best", pa.float64()),
        ("difference_to_best", pa.float64()),  # accuracy, the system's minus the best one's
        ("difference_low", pa.float64()),
        ("difference_high", pa.float64()),
        ("contaminated", pa.string()),
    ]
)
EVALUATIONS = pa.schema(
    [
        ("split", pa.string()),
        ("system", pa.string()),
        ("kind", pa.string()),
        ("metric", pa.string()),
        ("label", pa.string()),  # null for a metric of all labels together
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)
CONFUSION = pa.schema(
    [
        ("split", pa.string()),
        ("system", pa.string()),
        ("label", pa.string()),
        ("predicted", pa.string()),
        ("n", pa.int64()),
    ]
)
RELIABILITY = pa.schema(
    [
        ("split", pa.string()),
        ("system", pa.string()),
        ("above", pa.float64()),  # the bin holds confidences in ]above, up_to]
        ("up_to", pa.float64()),
        ("n", pa.int64()),
        ("confidence", pa.float64()),  # mean over the bin; empty bins have no row
        ("accuracy", pa.float64()),
    ]
)
PREDICTIONS = pa.schema(
    [
        ("example_id", pa.string()),
        ("system", pa.string()),
        ("label", pa.string()),
        ("predicted", pa.string()),
        ("probabilities", pa.list_(pa.float64())),
    ]
)


@dataclass(frozen=True, eq=False)
class Scored:
    """What is known of one split: predictions and truth, and evaluations, the best system first."""

    split: str
    systems: Mapping[str, Predictions]
    truth: Indices
    evaluations: Mapping[str, Evaluation]


def leaderboard(scored: Sequence[Scored], systems: Sequence[Mapping[str, Any]]) -> pa.Table:
    """One row a split and system, the best first."""
    about = {system["name"]: system for system in systems}
    rows = []
    for part in scored:
        for name, evaluation in part.evaluations.items():
            accuracy = evaluation.metrics[Metric("accuracy")]
            rows.append(
                {
                    "split": part.split,
                    "system": name,
                    "kind": about[name]["kind"],
                    "n": len(part.truth),
                    "accuracy": accuracy.value,
                    "accuracy_low": accuracy.low,
                    "accuracy_high": accuracy.high,
                    **{m: evaluation.metrics[Metric(m)].value for m in _ON_LEADERBOARD},
                    **_comparison(evaluation.to_best),
                    "contaminated": about[name]["contaminated"],
                }
            )
    return pa.Table.from_pylist(rows, schema=LEADERBOARD)


def _comparison(to_best: Comparison | None) -> dict[str, float]:
    if to_best is None:
        return {}
    return {
        "p_vs_best": to_best.p_mcnemar,
        "p_holm": to_best.p_holm,
        "p_bootstrap_vs_best": to_best.p_bootstrap,
        "difference_to_best": to_best.difference.value,
        "difference_low": to_best.difference.low,
        "difference_high": to_best.difference.high,
    }


def evaluations(
    scored: Sequence[Scored], systems: Sequence[Mapping[str, Any]], labels: Sequence[str]
) -> pa.Table:
    """One row a split, system, metric and, for metrics of one label, label."""
    kinds = {system["name"]: system["kind"] for system in systems}
    rows = [
        {
            "split": part.split,
            "system": name,
            "kind": kinds[name],
            "metric": metric.name,
            "label": None if metric.label is None else labels[metric.label],
            "value": estimate.value,
            "low": estimate.low,
            "high": estimate.high,
        }
        for part in scored
        for name, evaluation in part.evaluations.items()
        for metric, estimate in evaluation.metrics.items()
    ]
    return pa.Table.from_pylist(rows, schema=EVALUATIONS)


def confusion(scored: Sequence[Scored], labels: Sequence[str]) -> pa.Table:
    """One row a split, system, true label and decision, also where the count is 0."""
    rows = [
        {
            "split": part.split,
            "system": name,
            "label": label,
            "predicted": predicted,
            "n": int(evaluation.confusion[i, j]),
        }
        for part in scored
        for name, evaluation in part.evaluations.items()
        for i, label in enumerate(labels)
        for j, predicted in enumerate(labels)
    ]
    return pa.Table.from_pylist(rows, schema=CONFUSION)


def reliability(scored: Sequence[Scored]) -> pa.Table:
    """One row a split, system and bin of confidence that has texts."""
    rows = []
    for part in scored:
        for name in part.evaluations:
            system = part.systems[name]
            texts, confidence, accuracy = reliability_of(
                system.probabilities, system.predicted, part.truth
            )
            rows += [
                {
                    "split": part.split,
                    "system": name,
                    "above": i / BINS,
                    "up_to": (i + 1) / BINS,
                    "n": int(texts[i]),
                    "confidence": float(confidence[i]),
                    "accuracy": float(accuracy[i]),
                }
                for i in np.flatnonzero(texts)
            ]
    return pa.Table.from_pylist(rows, schema=RELIABILITY)


def predictions(
    example_ids: Sequence[str],
    truth: Indices,
    systems: Mapping[str, Predictions],
    labels: Sequence[str],
) -> pa.Table:
    """One row a system and example, by system in the order given, then by example_id."""
    names = np.array(labels, dtype=object)
    each = [
        pa.table(
            {
                "example_id": example_ids,
                "system": [name] * len(example_ids),
                "label": names[truth],
                "predicted": names[system.predicted],
                "probabilities": system.probabilities.tolist(),
            },
            schema=PREDICTIONS,
        )
        for name, system in systems.items()
    ]
    return pa.concat_tables(each)
