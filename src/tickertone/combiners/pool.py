"""What a combiner is given: the logits of several members on the same texts.

A pool has no order of its own: `Pool.gather` sorts members by name, so every result is the same,
to the last bit, in whatever order the members were listed. A member may know some of the task's
labels only: its logits of the others are NaN, and its probabilities are those given that the label
is one that it knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax

from tickertone.errors import ConfigError, ModelError

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Pool:
    """Logits of `members` (sorted by name), shape (member, text, label).

    `known` says which labels each member knows, shape (member, label); logits of others are NaN.
    """

    members: tuple[str, ...]
    labels: tuple[str, ...]
    logits: Floats
    known: Booleans

    @classmethod
    def gather(cls, labels: tuple[str, ...], logits: Mapping[str, npt.ArrayLike]) -> "Pool":
        """A pool from each member's logits, shape (text, label), columns in the order of `labels`.

        A column of NaN alone is a label that the member does not know. Raises ConfigError if there
        is no member, ModelError if a member's logits have another shape than (texts of the first
        member, labels), are not finite elsewhere, or are of fewer than two labels.
        """
        if not logits:
            raise ConfigError("combiner", found="no member", expected="at least one model")
        members = tuple(sorted(logits))
        rows = [np.asarray(logits[name], dtype=np.float64) for name in members]
        shape = (len(rows[0]), len(labels))
        known = np.stack(
            [_known(name, matrix, shape) for name, matrix in zip(members, rows, strict=True)]
        )
        return cls(members, labels, np.stack(rows), known)

    def rows(self, chosen: Integers) -> "Pool":
        """The same members on some of the texts, none included."""
        return replace(self, logits=self.logits[:, chosen])

    @cached_property
    def complete(self) -> "Pool":
        """The members that know every label; raises ConfigError if there is none."""
        whole = np.all(self.known, axis=1)
        if whole.all():
            return self
        if not whole.any():
            raise ConfigError(
                "combiner",
                found=f"no member that knows all of {', '.join(self.labels)}",
                expected="at least one: the mean of probabilities is theirs",
                remedy="add a model of the target's task to models",
            )
        members = tuple(name for name, w in zip(self.members, whole, strict=True) if w)
        return Pool(members, self.labels, self.logits[whole], self.known[whole])

    @cached_property
    def log_probabilities(self) -> Floats:
        """Log-softmax over the labels that a member knows, NaN elsewhere, (member, text, label)."""
        known = np.where(self.known[:, None, :], self.logits, -np.inf)
        return np.asarray(np.where(self.known[:, None, :], log_softmax(known, axis=-1), np.nan))

    @cached_property
    def probabilities(self) -> Floats:
        """Softmax over the labels that a member knows, NaN elsewhere, (member, text, label)."""
        return np.exp(self.log_probabilities)

    @cached_property
    def votes(self) -> Floats:
        """1 for each member's most probable label of a text (the first of equals), else 0."""
        known = np.where(self.known[:, None, :], self.probabilities, -np.inf)
        return np.asarray(np.eye(len(self.labels))[known.argmax(axis=-1)])

    @cached_property
    def mean_probabilities(self) -> Floats:
        """The mean over the complete members, shape (text, label)."""
        return np.asarray(self.complete.probabilities.mean(axis=0))

    @cached_property
    def features(self) -> Floats:
        """What learners see: log-probabilities of known labels, each member's centred over them.

        Shape (text, feature); `owners` says whose each feature is. The centred log-ratio (Aitchison
        1982) holds what a softmax holds, and 0 means no preference.
        """
        logs = np.where(self.known[:, None, :], self.log_probabilities, 0.0)
        means = logs.sum(axis=-1) / self.known.sum(axis=1)[:, None]
        return np.asarray((logs - means[:, :, None]).transpose(1, 0, 2)[:, self.known])

    @cached_property
    def owners(self) -> Integers:
        """The member of each feature, as a position in `members`, shape (feature,)."""
        return np.asarray(np.nonzero(self.known)[0], dtype=np.int64)

    def require_members(self, members: tuple[str, ...]) -> None:
        """Raise ConfigError unless this pool has exactly `members`."""
        if self.members != members:
            raise ConfigError(
                "combiner",
                found=f"asked to combine {', '.join(self.members)}",
                expected=f"the members it was fitted on: {', '.join(members)}",
            )


def _known(name: str, matrix: Floats, shape: tuple[int, int]) -> Booleans:
    """Which labels one member's logits are of; raises ModelError if they are no logits."""
    if matrix.shape != shape:
        raise ModelError(
            f"logits of {name}",
            found=f"shape {matrix.shape}",
            expected=f"{shape} (texts, labels)",
        )
    known = np.asarray(~np.isnan(matrix).all(axis=0) | (len(matrix) == 0), dtype=np.bool_)
    if not known.any() or not np.isfinite(matrix[:, known]).all():
        raise ModelError(
            f"logits of {name}",
            found="infinite values or NaN",
            expected="finite numbers",
            remedy="its training has probably diverged: lower the learning rate",
        )
    if known.sum() < 2:
        raise ModelError(
            f"logits of {name}",
            found=f"{known.sum()} of the task's labels",
            expected="at least two that it can tell apart",
            remedy="take the model out of the experiment",
        )
    return known
