"""How many labels per class a tuned model needs to match the ensemble of members with a few."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from tickertone.report.budgets import Curve, target_lines
from tickertone.report.findings import Findings, Rows

FEW = 8  # labels per class that the ensemble has
PAPERS_LEARNER = "least_squares_sgd"  # the kind of combiner that is DAFT-E in arXiv 2406.13720


@dataclass(frozen=True)
class Match:
    """One option on one target against one ensemble; `tuned` are its means by labels per class."""

    target: str
    option: str
    ensemble: str
    accuracy: float  # of the ensemble with FEW labels per class
    tuned: Mapping[int, float]
    with_all: float | None  # of the option with all rows that its recipe takes

    @property
    def labels(self) -> float | None:
        """Labels per class, between measured numbers by a straight line over log2(k).

        None where it never reaches the ensemble; the least measured where it is there from the
        start.
        """
        reached = next((k for k, mean in self.tuned.items() if mean >= self.accuracy), None)
        below = [k for k in self.tuned if reached is not None and k < reached]
        if reached is None or not below:
            return reached
        left, right = log2(below[-1]), log2(reached)
        low, high = self.tuned[below[-1]], self.tuned[reached]
        return float(2 ** (left + (right - left) * (self.accuracy - low) / (high - low)))

    @property
    def said(self) -> str:
        """The same in words: "at most 8", "about 43", "more than 128"."""
        least, most = min(self.tuned), max(self.tuned)
        if self.labels is None:
            return f"more than {most}"
        if self.labels <= least:
            return f"at most {least}"
        return f"about {self.labels:.0f}"


def ensembles(findings: Findings) -> Sequence[str]:
    """The paper's learner, where there is one, and the compared combiner."""
    both = (findings.combiner_of(PAPERS_LEARNER), findings.compared)
    return [*dict.fromkeys(name for name in both if name)]


def matches(findings: Findings) -> Sequence[Match]:
    """Of each target on which an option was tuned on a few labels."""
    return [*_matches(findings)]


def match_rows(findings: Findings) -> Rows:
    """The same as rows of a table; `labels` is empty where the ensemble is never reached."""
    return [
        {
            "target": match.target,
            "option": match.option,
            "than": match.ensemble,
            "k": FEW,
            "accuracy": match.accuracy,
            "labels": match.labels,
            "said": match.said,
            "accuracy_with_all_rows": match.with_all,
        }
        for match in matches(findings)
    ]


def _matches(findings: Findings) -> Iterator[Match]:
    for target in findings.target_specs:
        lines = target_lines(findings.budget_curves, target)
        if lines is None:
            continue
        for option, curve in lines.tuned.items():
            for name in ensembles(findings):
                reference = lines.combiners.get(name, {}).get(FEW)
                means = _means(curve)
                if reference and means:
                    with_all = lines.with_all.get(option)
                    yield Match(target, option, name, reference["mean"], means, with_all)


def _means(curve: Curve) -> Mapping[int, float]:
    return {k: curve[k]["mean"] for k in sorted(curve) if k > 0}
