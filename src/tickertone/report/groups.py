"""Figures of groups of systems, such as one recipe with several seeds: mean and spread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from tickertone.report.findings import Rows


@dataclass(frozen=True)
class Spread:
    """The mean of some figures, the lowest and the highest."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Of at least one figure."""
        return cls(sum(values) / len(values), min(values), max(values))


@dataclass(frozen=True)
class GroupFigures:
    """One group: how many of its members were measured, and their figures."""

    name: str
    members: int
    measured: int
    accuracy: Spread
    macro_f1: Spread


def group_figures(leaderboard: Rows, groups: Mapping[str, Sequence[str]]) -> Sequence[GroupFigures]:
    """The groups of which a member is on a leaderboard of one split, the best mean first."""
    found = []
    for name, members in groups.items():
        if rows := [row for row in leaderboard if row["system"] in members]:
            accuracy = Spread.of([row["accuracy"] for row in rows])
            macro_f1 = Spread.of([row["macro_f1"] for row in rows])
            found.append(GroupFigures(name, len(members), len(rows), accuracy, macro_f1))
    return sorted(found, key=lambda group: (-group.accuracy.mean, group.name))
