"""Claims of a paper, as an experiment tests them: statements, and the comparisons behind each.

A claim holds if every one of its comparisons does. A side of a comparison is a system of the
catalog, a group of the experiment (the mean of its systems), a mean or the best of some, a
published figure, or a number.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from tickertone.catalog.identifiers import Name
from tickertone.frozen import Frozen


class Published(Frozen):
    """The figure that another published for a system, in data/published.yaml."""

    published: str = Field(description="the system, word by word, next to the same target")


class MeanOf(Frozen):
    """The mean of the figures of several systems."""

    mean_of: tuple[Name, ...] = Field(min_length=1)


class BestOf(Frozen):
    """The system that has the best figure among several."""

    best_of: tuple[Name, ...] = Field(min_length=1)


Side = Name | float | Published | MeanOf | BestOf
Metric = Literal["accuracy", "macro_f1", "weighted_f1"]
Relation = Literal["better", "comparable", "cheaper"]


class ComparisonSpec(Frozen):
    """Each on the left against each on the right, each pair on its own.

    better .. than: the difference is above `by`, which may be negative ("not much worse");
    comparable .. to: it is between minus and plus `within`; cheaper .. than: minutes of training.
    """

    target: Name | None = None
    better: tuple[Side, ...] = ()
    comparable: tuple[Side, ...] = ()
    cheaper: tuple[Name, ...] = ()
    than: tuple[Side, ...] = ()
    to: tuple[Side, ...] = ()
    by: float = Field(0.0, gt=-1, lt=1, description="as a share: 0.02 is two points")
    within: float | None = Field(None, gt=0, lt=1, description="as a share")
    metric: Metric = "accuracy"
    split: Literal["full", "clean"] = "full"

    @model_validator(mode="after")
    def _is_one_comparison(self) -> Self:
        given = [name for name in ("better", "comparable", "cheaper") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError("give exactly one of better, comparable, cheaper")
        if bool(self.to) != bool(self.comparable) or bool(self.than) == bool(self.comparable):
            raise ValueError("better and cheaper are followed by than, comparable by to")
        if (self.within is not None) != bool(self.comparable):
            raise ValueError("within: needed for comparable, and for nothing else")
        if (self.target is None) != bool(self.cheaper):
            raise ValueError("target: needed for better and comparable, and not for cheaper")
        if self.by and not self.better:
            raise ValueError("by: for better alone")
        if self.cheaper and not all(isinstance(side, str | float) for side in self.than):
            raise ValueError("than: after cheaper, names of models or minutes")
        return self

    @property
    def relation(self) -> Relation:
        """Which of the three it is."""
        return "better" if self.better else "comparable" if self.comparable else "cheaper"

    @property
    def left(self) -> tuple[Side, ...]:
        """What is said to be better, comparable or cheaper."""
        return self.better or self.comparable or self.cheaper

    @property
    def right(self) -> tuple[Side, ...]:
        """What it is compared with."""
        return self.than or self.to

    @property
    def margin(self) -> float:
        """What the difference is held against."""
        return self.by if self.within is None else self.within


class ClaimSpec(Frozen):
    """One claim, in our own words."""

    paper: str
    claim: str = Field(description="its number in the paper's list, as text")
    statement: str
    comparisons: tuple[ComparisonSpec, ...] = Field(min_length=1)


def systems_of(side: Side) -> tuple[str, ...]:
    """The systems or groups that a side names."""
    match side:
        case str():
            return (side,)
        case MeanOf():
            return side.mean_of
        case BestOf():
            return side.best_of
    return ()
