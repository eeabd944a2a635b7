"""The combiners of an experiment: each a kind, and the settings of that kind."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tickertone.frozen import Frozen


class _Fixed(Frozen):
    """A rule that needs no labels: what it is made of does not depend on fit_on."""

    learns: ClassVar[bool] = False
    reads_unlabelled: ClassVar[bool] = False


class _Learned(Frozen):
    """A rule that is fitted on the labels of fit_on."""

    learns: ClassVar[bool] = True
    reads_unlabelled: ClassVar[bool] = False


class MeanCombiner(_Fixed):
    """The mean of the members' probabilities."""

    kind: Literal["mean"]


class HalfHardMeanCombiner(_Fixed):
    """The mean of (probability + hard vote) / 2, as in arXiv 2406.13720 (DAFT-E^Z)."""

    kind: Literal["half_hard_mean"]


class MajorityVoteCombiner(_Fixed):
    """One member, one vote; ties go to the higher mean probability."""

    kind: Literal["majority_vote"]


class PickBestCombiner(_Learned):
    """The member with the lowest log loss on the fitting labels."""

    kind: Literal["pick_best"]


class StackingCombiner(_Learned):
    """Logistic regression on the members' centred log-probabilities."""

    kind: Literal["stacking"]
    c: float = Field(0.1, gt=0, description="inverse of the L2 penalty")


class GreedyCombiner(_Learned):
    """Greedy selection with replacement by log loss (Caruana et al. 2004)."""

    kind: Literal["greedy"]
    rounds: int = Field(50, ge=1)


class LeastSquaresSGDCombiner(_Learned):
    """Five passes of stochastic gradients from equal weights, as in arXiv 2406.13720 (DAFT-E)."""

    kind: Literal["least_squares_sgd"]
    passes: int = Field(5, ge=0)
    alpha: float = Field(1e-4, ge=0, lt=1, description="the L2 penalty")


class RidgeCombiner(_Learned):
    """Least squares shrunk towards the mean, by as much as leave-one-out error asks for."""

    kind: Literal["ridge"]


class ConvexCombiner(_Learned):
    """Weights of the highest log score, at least 0 and of sum 1, shrunk towards equal ones."""

    kind: Literal["convex"]
    prior_texts: float = Field(5.0, gt=0, description="how many texts speak for equal weights")


class DawidSkeneCombiner(_Learned):
    """Members' error rates from their votes, with few labels or none (Dawid and Skene 1979)."""

    kind: Literal["dawid_skene"]
    smoothing: float = Field(1.0, gt=0, description="texts added to every cell of a confusion")
    reads_unlabelled: ClassVar[bool] = True


class AdaptiveCombiner(_Learned):
    """Equal weights, single members and a regression, averaged by what each foretells."""

    kind: Literal["adaptive"]
    reads_unlabelled: ClassVar[bool] = True


CombinerSpec = Annotated[
    MeanCombiner
    | HalfHardMeanCombiner
    | MajorityVoteCombiner
    | PickBestCombiner
    | StackingCombiner
    | GreedyCombiner
    | LeastSquaresSGDCombiner
    | RidgeCombiner
    | ConvexCombiner
    | DawidSkeneCombiner
    | AdaptiveCombiner,
    Field(discriminator="kind"),
]
