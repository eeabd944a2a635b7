"""What every combiner offers: `fit` on labelled texts, then `predict` for others.

A combiner is a frozen dataclass whose fields are its parameters, and its module names it
`COMBINER`. It is fitted in a function of its pool and labels alone: no clock, no hidden seed.
"""

from typing import Protocol

import numpy as np

from tickertone.combiners.pool import Floats, Labels, Pool
from tickertone.errors import ConfigError


class Fitted(Protocol):
    """A combiner that has its weights."""

    @property
    def weights(self) -> tuple[tuple[str, float], ...]:
        """(member, weight), weights at least 0 and of sum 1; what they mean is the combiner's."""
        ...

    def predict(self, pool: Pool, /) -> Floats:
        """Probabilities, shape (text, label), each row of sum 1; its argmax is the decision.

        Raises ConfigError if `pool` has other members than those it was fitted on.
        """
        ...


class Combiner(Protocol):
    """A rule for combining, before it has seen any member."""

    def fit(self, pool: Pool, labels: Labels | None, /) -> Fitted:
        """Fit on a pool and the labels of its texts (indices into pool.labels), None if unknown.

        Raises ConfigError if it cannot do without labels and has none.
        """
        ...


def required_labels(kind: str, pool: Pool, labels: Labels | None) -> Labels:
    """The labels, one for each text of `pool`, for a combiner that cannot do without."""
    texts = pool.logits.shape[1]
    if labels is None or not len(labels):
        raise ConfigError(
            f"combiner {kind}",
            found="no labelled text to fit on",
            expected="at least one",
            remedy="name a labelled split in fit_on, or take a combiner that needs no labels",
        )
    if labels.shape != (texts,) or labels.min() < 0 or labels.max() >= len(pool.labels):
        raise ConfigError(
            f"combiner {kind}",
            found=f"{len(labels)} labels from {labels.min()} to {labels.max()}",
            expected=f"{texts} labels from 0 to {len(pool.labels) - 1}",
        )
    return np.asarray(labels)
