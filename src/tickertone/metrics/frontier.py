"""Accuracy against cost of ever larger ensembles, and the smallest within the noise of the best.

The rule is that of one standard error (Breiman et al. 1984, section 3.4.3), on the paired
difference: an ensemble is within the noise if the most accurate one leads it by no more than one
standard error of their difference on the same texts (and draws of labels, where there are several).
Best and smallest are chosen on the texts that they are shown on: for a choice to be used, give dev
or labelled texts, and measure the chosen one on test.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tickertone.errors import DataError
from tickertone.metrics.classification import Floats
from tickertone.metrics.paired_draws import Correctness, paired_difference


@dataclass(frozen=True)
class Point:
    """One ensemble: its size, cost, accuracy, and how far it is behind the most accurate one.

    `behind` and its `standard_error` are 0 for the most accurate itself, the cheapest of equals.
    """

    members: int
    milliseconds_per_text: float
    accuracy: float
    behind: float
    standard_error: float

    @property
    def within_noise(self) -> bool:
        """Behind by one standard error at most."""
        return self.behind <= self.standard_error


@dataclass(frozen=True)
class Frontier:
    """The curve, cheapest first, and the points that matter on it."""

    points: tuple[Point, ...]

    @property
    def best(self) -> Point:
        """The most accurate; of equals the cheapest."""
        return max(self.points, key=lambda point: point.accuracy)

    @property
    def smallest(self) -> Point:
        """The cheapest within the noise of the best."""
        return next(point for point in self.points if point.within_noise)


def frontier(right: Sequence[Correctness], members: Sequence[int], costs: Floats) -> Frontier:
    """The curve of ensembles that each hold the one before.

    `right`: for each ensemble an array of shape (draw, text), right or wrong or a mean of such; of
    shape (1, text) where nothing was drawn. `members`: their sizes. `costs`, shape (ensemble,):
    milliseconds per text of all members of each.

    Raises DataError for no ensemble, lengths that differ, sizes or costs that do not grow, and as
    `paired_difference` does.
    """
    if not len(right) or not len(right) == len(members) == len(costs):
        raise DataError(
            "cost frontier",
            found=f"{len(right)} ensembles, {len(members)} sizes, {len(costs)} costs",
            expected="one size and one cost for each of at least one ensemble",
        )
    if (np.diff(members) <= 0).any() or not (np.diff(costs) >= 0).all():
        raise DataError(
            "cost frontier",
            found=f"sizes {list(members)}, costs {list(map(float, costs))}",
            expected="each ensemble larger, and no cheaper, than the one before",
        )
    accuracies = [float(np.mean(of_ensemble)) for of_ensemble in right]
    best = right[int(np.argmax(accuracies))]
    leads = [paired_difference(best, of_ensemble) for of_ensemble in right]
    return Frontier(
        tuple(
            Point(size, float(cost), accuracy, lead.value, lead.standard_error)
            for size, cost, accuracy, lead in zip(members, costs, accuracies, leads, strict=True)
        )
    )
