"""An experiment, data/experiments/NAME.yaml: targets, models, combiners."""

from typing import Self

from pydantic import Field, model_validator

from tickertone.catalog.claims import ClaimSpec
from tickertone.catalog.combiners import CombinerSpec
from tickertone.catalog.identifiers import Name
from tickertone.frozen import Frozen


class SplitRef(Frozen):
    """One split of one data set, as it is after validation."""

    dataset: Name
    split: Name


class TargetSpec(Frozen):
    """What is scored, and on which labels combiners are fitted (never on those of the test)."""

    test: SplitRef
    fit_on: SplitRef
    unlabelled: SplitRef | None = Field(
        None, description="texts that combiners may look at, without a label"
    )
    adjacent: bool = Field(
        False, description="leave out all members that have learnt from the test's data set"
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.test == self.fit_on:
            raise ValueError("fit_on is the test split itself: combiners may not see test labels")
        return self

    @property
    def refs(self) -> tuple[SplitRef, ...]:
        """All splits that combiners read or are scored on."""
        more = (self.unlabelled,) if self.unlabelled is not None else ()
        return (self.test, self.fit_on, *more)


class BudgetSpec(Frozen):
    """How many labels combiners are given, and how often these are drawn anew."""

    per_class: tuple[int, ...] = Field(min_length=1, description="labels per class, 0 for none")
    draws: int = Field(20, ge=2)
    compare: Name | None = Field(
        None, description="a combiner that is held against all others, with paired intervals"
    )
    coverage: float = Field(
        0.9, gt=0, lt=1, description="how often compare's sets of labels are to hold the true one"
    )
    frontier: int | None = Field(
        None, ge=1, description="labels per class at which compare gets 1, 2, ... of the members"
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if [*self.per_class] != sorted({*self.per_class}) or self.per_class[0] < 0:
            raise ValueError("per_class: whole numbers from 0 on, each once, rising")
        return self

    @model_validator(mode="after")
    def _frontier_is_a_budget(self) -> Self:
        if self.frontier is not None and self.frontier not in self.per_class:
            raise ValueError(f"frontier: {self.frontier} is not one of per_class")
        if self.frontier is not None and self.compare is None:
            raise ValueError("frontier: name a combiner under compare, whose ensembles these are")
        return self


class ExperimentSpec(Frozen):
    """Targets, models, combiners, how uncertainty is drawn, and claims to test."""

    title: str
    targets: dict[Name, TargetSpec] = Field(min_length=1)
    models: tuple[Name, ...] = Field(min_length=1)
    members: tuple[Name, ...] | None = Field(
        None,
        description="those of models that are combined; the others are scored alone, on targets of "
        "the data set that they learn from. Left out: all are",
    )
    combiners: dict[Name, CombinerSpec] = Field(default_factory=dict)
    budgets: BudgetSpec | None = Field(
        None, description="what combiners come to with so few labels; left out: not asked"
    )
    transfer: bool = Field(
        False, description="score how well each member should do on each target, by its labels"
    )
    groups: dict[Name, tuple[Name, ...]] = Field(
        default_factory=dict, description="systems whose figures are also shown on average"
    )
    bootstrap_draws: int = Field(1000, ge=100)
    seed: int = 0
    claims: tuple[ClaimSpec, ...] = ()

    @model_validator(mode="after")
    def _models_differ(self) -> Self:
        if len(set(self.models)) != len(self.models):
            raise ValueError(f"models names a model twice: {', '.join(self.models)}")
        return self

    @model_validator(mode="after")
    def _members_are_models(self) -> Self:
        if strange := sorted({*(self.members or ())} - {*self.models}):
            raise ValueError(f"members: {strange[0]} is not one of models")
        return self

    @model_validator(mode="after")
    def _systems_differ(self) -> Self:
        both = set(self.models) & set(self.combiners)
        if both:
            raise ValueError(f"names of a model and of a combiner at once: {sorted(both)}")
        return self

    @model_validator(mode="after")
    def _compares_a_combiner(self) -> Self:
        compare = self.budgets.compare if self.budgets else None
        if compare is not None and compare not in self.combiners:
            raise ValueError(f"budgets.compare: {compare} is not one of combiners")
        return self

    @model_validator(mode="after")
    def _groups_are_of_systems(self) -> Self:
        systems = {*self.models, *self.combiners}
        for name, members in self.groups.items():
            if name in systems:
                raise ValueError(f"groups.{name}: a system has this name")
            if not members or len({*members}) != len(members):
                raise ValueError(f"groups.{name}: give systems, each once")
            if strange := sorted({*members} - systems):
                raise ValueError(f"groups.{name}: {strange[0]} is no system of the experiment")
        return self

    @model_validator(mode="after")
    def _claims_differ(self) -> Self:
        numbers = [(claim.paper, claim.claim) for claim in self.claims]
        if len({*numbers}) != len(numbers):
            raise ValueError("claims: a claim of a paper has the number of another")
        return self

    @property
    def combined(self) -> tuple[str, ...]:
        """The models that may be members of an ensemble."""
        return self.models if self.members is None else self.members
