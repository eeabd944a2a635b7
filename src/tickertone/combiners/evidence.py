"""What a combiner learns from: texts with labels, of which it is told a few, and texts without.

A *draw* is one choice of the few: row numbers of the labelled texts. Combiners are fitted on many
draws at once, each as if it were alone.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.combiners.pool import Floats, Integers, Labels, Pool
from tickertone.errors import ConfigError


@dataclass(frozen=True, eq=False)
class Evidence:
    """A pool of labelled texts, and one of texts without labels where there is such a part.

    `labels` are indices into pool.labels, shape (text,). Raises ConfigError if they are not.
    `drawn_evenly`: so many are drawn of each label, whatever there is of it, so that how many of a
    draw have a label says nothing, unless it is all texts. If this is not known, draws tell by
    their counts.
    """

    pool: Pool
    labels: Labels
    unlabelled: Pool | None = None
    drawn_evenly: bool = False

    def __post_init__(self) -> None:
        texts, kinds = self.pool.logits.shape[1], len(self.pool.labels)
        if self.labels.shape != (texts,) or not set(self.labels.tolist()) <= {*range(kinds)}:
            raise ConfigError(
                "combiner",
                found=f"{len(self.labels)} labels"
                + (f" from {self.labels.min()} to {self.labels.max()}" if len(self.labels) else ""),
                expected=f"{texts} labels from 0 to {kinds - 1}",
            )
        if self.unlabelled is not None:
            self.unlabelled.require_members(self.pool.members)

    @property
    def all_rows(self) -> Integers:
        """One draw of all labelled texts, shape (1, text)."""
        return np.arange(len(self.labels), dtype=np.int64)[None, :]

    def likelihoods(self, draws: Integers) -> Floats:
        """What the complete members give the true labels, shape (draw, member, row)."""
        true = self.pool.complete.probabilities[:, np.arange(len(self.labels)), self.labels]
        return np.ascontiguousarray(true[:, draws].transpose(1, 0, 2))
