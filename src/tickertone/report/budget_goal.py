"""How the compared combiner stands against the best of the others, held against what it is to be.

It is to be no more than half a point below the best other at every number of labels, above each of
them on average over all numbers of labels, and not below the uniform mean where there is no label.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tickertone.report.budgets import contrast_rows
from tickertone.report.findings import Findings, Row, Rows

AT_MOST_BELOW = 0.005  # a share: half a point
UNIFORM = "mean"  # the kind of combiner that is the uniform mean


@dataclass(frozen=True)
class Standing:
    """Against one other combiner at `k` labels per class; `k` None: the mean over all from 1 on."""

    k: int | None
    than: str
    difference: float
    low: float
    high: float
    goal: float | None  # the least difference asked for; None: nothing is asked
    strictly: bool = False  # whether the goal itself is too little

    @property
    def met(self) -> bool:
        """Whether it is as asked."""
        if self.goal is None or self.difference > self.goal:
            return True
        return self.difference == self.goal and not self.strictly

    @property
    def short_by(self) -> float:
        """How much is lacking, a share; 0 where the goal is met."""
        return 0.0 if self.met or self.goal is None else self.goal - self.difference


def standings(findings: Findings) -> Sequence[Standing]:
    """The best other at every k, then the mean over k; at 0 the uniform mean as well.

    The best other is the one with the highest mean accuracy: that with the least difference.
    """
    of: dict[int | None, dict[str, Row]] = {}
    for than, rows in contrast_rows(findings.budget_contrasts):
        for row in rows:
            of.setdefault(row["k"], {})[than] = row
    uniform = findings.combiner_of(UNIFORM)
    found = []
    for k in sorted((k for k in of if k is not None), key=int):
        best = min(of[k].values(), key=lambda row: float(row["difference"]))
        if k == 0 and uniform in of[k]:
            found.append(_standing(of[k][uniform], 0.0))
        if k > 0 or best["than"] != uniform:
            found.append(_standing(best, -AT_MOST_BELOW if k else None))
    if None in of:
        best = min(of[None].values(), key=lambda row: float(row["difference"]))
        found.append(_standing(best, 0.0, strictly=True))
    return found


def goal_rows(findings: Findings) -> Rows:
    """The same as rows of a table."""
    return [
        {
            "combiner": findings.compared,
            "k": at.k,
            "than": at.than,
            "difference": at.difference,
            "low": at.low,
            "high": at.high,
            "goal": at.goal,
            "short_by": at.short_by,
        }
        for at in standings(findings)
    ]


def _standing(row: Row, goal: float | None, *, strictly: bool = False) -> Standing:
    figures = (row["difference"], row["low"], row["high"])
    return Standing(row["k"], row["than"], *figures, goal, strictly)
