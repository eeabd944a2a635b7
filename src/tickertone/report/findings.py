"""What a page is made from: plain values, read from files by whoever asks for the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
Rows = Sequence[Row]


@dataclass(frozen=True)
class TargetFindings:
    """What was measured on one target: tables as `evaluate` writes them, a mapping a row.

    `weights` holds, for each combiner, rows of member and weight; `budget_weights` rows of k,
    member and weight, the mean over draws. `pool` names the members that take part. The others are
    tables of the stages `transfer`, `uncertainty` and `frontier`. A table that a failed branch did
    not write is empty.
    """

    leaderboard: Rows = ()
    evaluations: Rows = ()
    confusion: Rows = ()
    reliability: Rows = ()
    weights: Mapping[str, Rows] = field(default_factory=dict)
    pool: Sequence[str] = ()
    budget_weights: Mapping[str, Rows] = field(default_factory=dict)
    transfer: Rows = ()
    agreement: Rows = ()
    prediction_sets: Rows = ()
    selective: Rows = ()
    frontier: Rows = ()


@dataclass(frozen=True)
class SplitCount:
    """Rows of a validated split, and how many of them have no near-twin in train."""

    accepted: int
    clean: int


@dataclass(frozen=True)
class DatasetFindings:
    """What validation said about one data set.

    `checks` has rows of check, severity, success and detail, `quarantine` rows of split and reason,
    one for each rejected row of a file. `checks` is None where validation did not end well; the
    others are None where they are not known.
    """

    checks: Rows | None = None
    splits: Mapping[str, SplitCount] | None = None
    quarantine: Rows | None = None


@dataclass(frozen=True)
class Findings:
    """All that the page of an experiment shows.

    `target_specs`, `dataset_specs` and `model_specs` are parts of catalog stanzas by name;
    `published` rows of target, system, accuracy, macro_f1, weighted_f1 and source;
    `published_training` of model, system, minutes, device and source; `groups` holds the systems
    of each group, `claims` the rows of the stage claims; `budget_curves` and `budget_contrasts` are
    those of the stage budgets, whose chosen combiner is `compared`; `combiner_kinds` says the kind
    of each combiner; `improvement` has rows of target, combiner, k, accuracy, best_member and
    ri_single_best, `improvement_of_members` of target, combiner, k, model and ri_ens, by the
    formulas `improvement_stated`; `missing` names the steps that did not end well; `step_seconds`
    says what each step took when it was computed.
    """

    experiment: str
    title: str
    target_specs: Mapping[str, Row]
    dataset_specs: Mapping[str, Row]
    model_specs: Mapping[str, Row]
    published: Rows = ()
    published_training: Rows = ()
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    claims: Rows = ()
    budget_curves: Rows = ()
    budget_contrasts: Rows = ()
    compared: str | None = None
    combiner_kinds: Mapping[str, str] = field(default_factory=dict)
    improvement: Rows = ()
    improvement_of_members: Rows = ()
    improvement_stated: str = ""
    missing: Sequence[str] = ()
    targets: Mapping[str, TargetFindings] = field(default_factory=dict)
    datasets: Mapping[str, DatasetFindings] = field(default_factory=dict)
    measurements: Mapping[str, Row] = field(default_factory=dict)
    step_seconds: Mapping[str, float] = field(default_factory=dict)

    def by_target(self, table: str) -> Rows:
        """The rows of one table of all targets, in their order, `target` put first."""
        return [
            {"target": target, **row}
            for target in self.target_specs
            for row in getattr(self.targets.get(target, TargetFindings()), table)
        ]

    def combiner_of(self, kind: str) -> str | None:
        """The first combiner of a kind, if there is one."""
        return next((name for name, of in self.combiner_kinds.items() if of == kind), None)

    def sources(self, model: str) -> str:
        """The data sets that a model has learnt from, as one word."""
        return "+".join(self.model_specs[model]["trained_on"])
