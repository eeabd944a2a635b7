"""Scores that foretell, from a target's labelled part, which members will do well on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tickertone.report.findings import Findings, Row, Rows
from tickertone.report.heat_maps import HeatMap, heat_map
from tickertone.report.numbers import signed
from tickertone.report.sources import by_source

# Score -> its name, and what it is, as the page says it.
_NAMES = {
    "leep": ("LEEP", "Nguyen et al. 2020: soft outputs of the source, true labels of the target"),
    "neg_conditional_entropy": (
        "The paper's own score",
        "neg_conditional_entropy: minus the entropy of the predicted label given the true one; "
        "arXiv 2406.13720 calls its heat map LEEP",
    ),
    "logme": ("LogME", "You et al. 2021, on a member's log-probabilities"),
}


@dataclass(frozen=True)
class Score:
    """One score: its heat map, and for each target Kendall's tau with the accuracies on test."""

    name: str
    meaning: str
    chart: str
    agreement: Rows  # target, models, tau, low, high

    def on(self, target: str) -> Row | None:
        """How well it ranks the members on one target."""
        return next((row for row in self.agreement if row["target"] == target), None)


def scores(findings: Findings) -> Sequence[Score]:
    """The scores in the order above, then any other; none where the experiment asks for none."""
    rows, agreement = findings.by_target("transfer"), findings.by_target("agreement")
    known = {row["score"] for row in rows}
    order = [name for name in _NAMES if name in known]
    return [_score(findings, name, rows, agreement) for name in (*order, *sorted(known - {*order}))]


def _score(findings: Findings, score: str, rows: Rows, agreement: Rows) -> Score:
    of_score = [row for row in rows if row["score"] == score]
    values = {(row["model"], row["target"]): row["value"] for row in of_score}
    models = by_source(findings, {row["model"] for row in of_score})
    targets = list(dict.fromkeys(row["target"] for row in of_score))
    name, meaning = _NAMES.get(score, (score, ""))
    return Score(
        name,
        meaning,
        heat_map(HeatMap(models, targets, values), f"transfer-{score}", signed),
        [row for row in agreement if row["score"] == score],
    )
