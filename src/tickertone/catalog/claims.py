"""Claims of a paper, as an experiment tests them: statements, and the comparisons behind each.

A claim holds if every one of its comparisons does. A side of a comparison is a system of the
catalog, a group of the experiment (the mean of its systems), a mean or the best of some, a
combiner that is given few labels, the best single member of the target's pool, a published figure,
or a number.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

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


class BestOfPool(Frozen):
    """The member of the target's pool that does best by itself, found on the test: an oracle."""

    best_of_pool: Literal[True]


class WithLabels(Frozen):
    """A combiner that is given so many labels of each class: its mean over the sweep's draws."""

    combiner: Name
    labels: int = Field(ge=0, description="of each class; one of budgets.per_class")


_WITH_FIELDS = (Published, MeanOf, BestOf, BestOfPool, WithLabels)


def _kind(side: Any) -> str | None:
    """Which kind of side it is, by its fields; None for one that is of no kind."""
    match side:
        case Mapping():
            fields = {*side}
            return next((k.__name__ for k in _WITH_FIELDS if {*k.model_fields} == fields), None)
        case str():
            return "name"
        case bool():
            return None
        case int() | float():
            return "number"
    return type(side).__name__ if isinstance(side, _WITH_FIELDS) else None


Side = Annotated[
    Annotated[Name, Tag("name")]
    | Annotated[float, Tag("number")]
    | Annotated[Published, Tag("Published")]
    | Annotated[MeanOf, Tag("MeanOf")]
    | Annotated[BestOf, Tag("BestOf")]
    | Annotated[BestOfPool, Tag("BestOfPool")]
    | Annotated[WithLabels, Tag("WithLabels")],
    Discriminator(
        _kind,
        custom_error_type="no_side",
        custom_error_message="a name, a number, {published: SYSTEM}, {mean_of: [...]}, "
        "{best_of: [...]}, {best_of_pool: true} or {combiner: NAME, labels: 8}",
    ),
]
Metric = Literal["accuracy", "macro_f1", "weighted_f1"]
Relation = Literal["better", "comparable", "cheaper"]


class ComparisonSpec(Frozen):
    """Each on the left against each on the right, each pair on its own.

    better .. than: the difference is above `by`, which may be negative ("not much worse");
    comparable .. to: it is between minus and plus `within`; cheaper .. than: minutes of training.
    On each of several `targets` it is to hold by itself or, `over: mean`, of their mean difference.
    """

    target: Name | None = None
    targets: tuple[Name, ...] = ()
    over: Literal["mean"] | None = None
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
        if (self.target is None and not self.targets) != bool(self.cheaper):
            raise ValueError(
                "target: needed for better and comparable, or targets; not for cheaper"
            )
        if self.by and not self.better:
            raise ValueError("by: for better alone")
        if self.cheaper and not all(isinstance(side, str | float) for side in self.than):
            raise ValueError("than: after cheaper, names of models or minutes")
        return self

    @model_validator(mode="after")
    def _has_fit_targets(self) -> Self:
        if self.targets and (self.target is not None or len({*self.targets}) < len(self.targets)):
            raise ValueError("targets: each once, and instead of target")
        if self.over and len(self.targets) < 2:
            raise ValueError("over: for two targets or more")
        few = any(isinstance(side, WithLabels) for side in (*self.left, *self.right))
        if self.metric != "accuracy" and (few or self.over):
            raise ValueError(
                "metric: accuracy alone is known of combiners with few labels and over targets"
            )
        return self

    def on_each_target(self) -> Iterator["ComparisonSpec"]:
        """The same of one target each; itself where it has no list of them."""
        if not self.targets:
            yield self
        for target in self.targets:
            yield self.model_copy(update={"target": target, "targets": (), "over": None})

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
