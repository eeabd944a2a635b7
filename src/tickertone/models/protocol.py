"""What every model family offers: a `fit` that writes files, a `load` that makes a Scorer of them.

A family's fitting and scoring are two modules, found by name in `tickertone.models.families`, so
that a change to how models are fitted never makes one score again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tickertone.frozen import Frozen

Matrix = npt.NDArray[np.float32]
Text = str | tuple[str, str]  # one text, or both parts of a pair
Embed = Callable[[Sequence[Text]], Matrix]  # texts -> (len(texts), width), remembered per text
Say = Callable[[str], None]


class Scorer(Protocol):
    """A fitted model, ready to score."""

    def logits(self, texts: Sequence[Text]) -> Matrix:
        """One row of logits per text, columns in the order of the task's labels."""
        ...


@dataclass(frozen=True)
class FitJob:
    """All that a fit may depend on, besides its seed, which is in the recipe."""

    recipe: Any  # the family's own, such as catalog.recipes.encoder.EncoderSpec, or its fields
    labels: tuple[str, ...]
    train: tuple[Path, ...]  # Parquet snapshots with the columns text, text_b, label
    dev: tuple[Path, ...]  # the same; may be empty
    out: Path  # an empty folder for the files that scoring needs
    scratch: Path  # outlives a crash
    project: Path  # the checkout, for bases in folders below it
    embed: Embed | None  # for recipes on frozen embeddings
    say: Say
    checkpoint_seconds: float = 90.0  # at most so much work is lost in a crash


class Fitted(Frozen):
    """What a fit says about itself. Log loss in nats; None where nothing was measured."""

    parameters: int
    trainable_parameters: int
    samples_per_second: float
    tokens_per_second: float | None = None
    epochs: int | None = None  # those that ran
    best_epoch: int | None = None  # 1 = the first; the one whose weights are kept
    earlier_seconds: float = 0.0  # spent before a resumption
    device: str = "cpu"
    precision: str | None = None  # of the steps of a training: float32 or bfloat16
    dev_log_loss: float | None = None
    dev_accuracy: float | None = None


class Fit(Protocol):
    """The function `fit` of a family's fitting module."""

    def __call__(self, job: FitJob) -> Fitted:
        """Write the fitted model's files into `job.out`."""
        ...


class Load(Protocol):
    """The function `load` of a family's scoring module."""

    def __call__(
        self,
        folder: Path,
        form: Any,
        labels: tuple[str, ...],
        *,
        project: Path,
        embed: Embed | None,
    ) -> Scorer:
        """The scorer whose files `fit` wrote into `folder`.

        `form` is the family's own, such as catalog.forms.encoder.EncoderForm, or its fields.
        """
        ...
