"""What every combiner offers: `fit` on draws of labelled texts, then `predict` for other texts.

A combiner is a frozen dataclass whose fields are its parameters, and its module names it
`COMBINER`. It is fitted in a function of its evidence and draws alone: no clock, no hidden seed.
Each draw gives what it gives alone; how many there are is a matter of speed.
"""

from typing import Protocol

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Floats, Integers, Pool


class Fitted(Protocol):
    """A combiner that has its weights, one set of them for each draw."""

    @property
    def members(self) -> tuple[str, ...]:
        """The members that it was fitted on, sorted by name."""
        ...

    @property
    def weights(self) -> Floats:
        """Shape (draw, member), at least 0, rows of sum 1; what they mean is the combiner's."""
        ...

    def predict(self, pool: Pool, /) -> Floats:
        """Probabilities, shape (draw, text, label), rows of sum 1; the argmax is the decision.

        Raises ConfigError if `pool` has other members than those it was fitted on.
        """
        ...


class Combiner(Protocol):
    """A rule for combining, before it has seen any member."""

    def fit(self, evidence: Evidence, draws: Integers, /) -> Fitted:
        """Fit on each row of `draws`, shape (draw, row): rows of evidence.pool.

        Draws of no row are no label at all: what learns is then the mean of the probabilities of
        the members that know every label, unless it says otherwise. Raises ConfigError where that
        mean is needed and no member knows every label.
        """
        ...
