"""Differences between figures of systems on the same texts, with paired bootstrap intervals.

All systems meet the same resamples, those of `metrics.evaluation`: with equal texts and seed a
difference has the interval that the leaderboard gives it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tickertone.metrics.bootstrap import percentile_interval, resampled_sums
from tickertone.metrics.classification import (
    Floats,
    Labels,
    accuracy,
    confusion_cells,
    macro_f1,
    weighted_f1,
)
from tickertone.metrics.evaluation import Estimate

METRICS = {"accuracy": accuracy, "macro_f1": macro_f1, "weighted_f1": weighted_f1}


@dataclass(frozen=True, eq=False)
class Figure:
    """A figure and what it is in each resample, shape (draw,)."""

    value: float
    draws: Floats

    @classmethod
    def fixed(cls, value: float, draws: int) -> "Figure":
        """A figure of others: it has no resamples here."""
        return cls(value, np.full(draws, value))


class Resampled:
    """The metrics of systems, as measured and in each resample of the texts."""

    def __init__(
        self,
        predicted: Mapping[str, Labels],
        labels: Labels,
        *,
        width: int,
        draws: int,
        seed: int,
    ) -> None:
        self.draws = draws
        self._position = {name: at for at, name in enumerate(predicted)}
        if not len(labels) or not predicted:
            return
        cells = [confusion_cells(labels, said, width) for said in predicted.values()]
        flat = np.stack(cells, axis=1).reshape(len(labels), -1)
        shape = (len(cells), width, width)
        self._measured = flat.sum(axis=0).reshape(shape)
        self._resampled = resampled_sums(flat, draws, seed).reshape(draws, *shape)

    def figure(self, systems: Sequence[str], metric: str) -> Figure:
        """The mean of the systems' metric."""
        measure = METRICS[metric]
        at = [self._position[name] for name in systems]
        values, draws = measure(self._measured[at]), measure(self._resampled[:, at])
        return Figure(float(values.mean()), draws.mean(axis=1))


def mean_of(figures: Sequence[Figure]) -> Figure:
    """Their mean, in each resample as well."""
    values, draws = [figure.value for figure in figures], [figure.draws for figure in figures]
    return Figure(float(np.mean(values)), np.mean(draws, axis=0))


def best_of(figures: Sequence[Figure]) -> Figure:
    """The one that is highest on all texts, the first of equals.

    It is chosen on the texts that it is then compared on: its lead is overstated.
    """
    return max(figures, key=lambda figure: figure.value)


def difference(left: Figure, right: Figure) -> Estimate:
    """Left minus right, with the 95 % interval of what both have in common: the texts."""
    low, high = percentile_interval(left.draws - right.draws)
    return Estimate(left.value - right.value, float(low), float(high))
