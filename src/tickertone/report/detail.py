"""What lies behind a leaderboard: per-label scores, confusion matrices, weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tickertone.report.findings import Row, Rows
from tickertone.report.leaderboard import Ranking

LABEL_METRICS = ("precision", "recall", "f1")


@dataclass(frozen=True)
class PerLabel:
    """Precision, recall and F1 of every system: `values[system][label][metric]`."""

    labels: Sequence[str]
    values: Mapping[str, Mapping[str, Mapping[str, float]]]


@dataclass(frozen=True)
class Matrix:
    """Counts of one system, `rows` of (true label, counts in the order of `labels`)."""

    system: str
    kind: str
    labels: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]

    def share(self, row: int, column: int) -> float:
        """Count over all texts of that true label, 0 to 1."""
        counts = self.rows[row][1]
        return counts[column] / sum(counts) if sum(counts) else 0.0


def per_label(ranking: Ranking, evaluations: Rows) -> PerLabel | None:
    """Scores of the split of a ranking; None if there are none."""
    rows = [
        row
        for row in evaluations
        if row["split"] == ranking.split
        and row["label"] is not None
        and row["metric"] in LABEL_METRICS
    ]
    if not rows:
        return None
    values: dict[str, dict[str, dict[str, float]]] = {r["system"]: {} for r in ranking.rows}
    for row in rows:
        of_label = values.setdefault(row["system"], {}).setdefault(row["label"], {})
        of_label[row["metric"]] = row["value"]
    return PerLabel(_in_order(rows), values)


def matrices(ranking: Ranking, confusion: Rows) -> list[Matrix]:
    """The confusion matrices of the best model and the best combiner."""
    made = []
    for champion in ranking.champions:
        rows = [
            row
            for row in confusion
            if row["split"] == ranking.split and row["system"] == champion["system"]
        ]
        if rows:
            made.append(_matrix(champion, rows))
    return made


def member_weights(weights: Mapping[str, Rows]) -> tuple[list[str], list[tuple[str, list[float]]]]:
    """Combiners that have weights, and for each member its weight in each of them.

    Combiners that weigh all members alike are left out: there is nothing to see.
    """
    uneven = {
        name: {row["member"]: row["weight"] for row in rows}
        for name, rows in sorted(weights.items())
        if any(abs(a["weight"] - b["weight"]) > 1e-9 for a, b in pairwise(rows))
    }
    members = dict.fromkeys(member for of in uneven.values() for member in of)
    return list(uneven), [(m, [of.get(m, 0.0) for of in uneven.values()]) for m in members]


def _matrix(champion: Row, rows: Rows) -> Matrix:
    labels = _in_order(rows)
    counts = {(row["label"], row["predicted"]): int(row["n"]) for row in rows}
    return Matrix(
        champion["system"],
        champion["kind"],
        labels,
        [(true, [counts.get((true, p), 0) for p in labels]) for true in labels],
    )


def _in_order(rows: Rows) -> list[str]:
    """Labels in the order in which the table first names them, which is that of the task."""
    return list(dict.fromkeys(row["label"] for row in rows))
