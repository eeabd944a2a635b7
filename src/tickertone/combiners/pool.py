"""What a combiner is given: the logits of several members on the same texts.

A pool has no order of its own: `Pool.gather` sorts members by name, so every result is the same,
to the last bit, in whatever order the members were listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tickertone.errors import ConfigError, ModelError

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pool:
    """Logits of `members` (sorted by name), shape (member, text, label)."""

    members: tuple[str, ...]
    labels: tuple[str, ...]
    logits: Floats

    @classmethod
    def gather(cls, labels: tuple[str, ...], logits: Mapping[str, npt.ArrayLike]) -> "Pool":
        """A pool from each member's logits, shape (text, label), columns in the order of `labels`.

        Raises ConfigError if there is no member, ModelError if a member's logits have another
        shape than (texts of the first member, labels) or are not all finite.
        """
        if not logits:
            raise ConfigError("combiner", found="no member", expected="at least one model")
        members = tuple(sorted(logits))
        rows = [np.asarray(logits[name], dtype=np.float64) for name in members]
        expected = (len(rows[0]), len(labels))
        for name, matrix in zip(members, rows, strict=True):
            if matrix.shape != expected:
                raise ModelError(
                    f"logits of {name}",
                    found=f"shape {matrix.shape}",
                    expected=f"{expected} (texts, labels)",
                )
            if not np.isfinite(matrix).all():
                raise ModelError(
                    f"logits of {name}",
                    found="infinite values or NaN",
                    expected="finite numbers",
                    remedy="its training has probably diverged: lower the learning rate",
                )
        return cls(members, labels, np.stack(rows))

    @cached_property
    def log_probabilities(self) -> Floats:
        """Log-softmax of the logits, shape (member, text, label)."""
        shifted = self.logits - self.logits.max(axis=-1, keepdims=True)
        return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))

    @cached_property
    def probabilities(self) -> Floats:
        """Softmax of the logits, shape (member, text, label)."""
        return np.exp(self.log_probabilities)

    @cached_property
    def votes(self) -> Floats:
        """1 for each member's most probable label of a text (the first of equals), else 0."""
        return np.asarray(np.eye(len(self.labels))[self.probabilities.argmax(axis=-1)])

    def require_members(self, members: tuple[str, ...]) -> None:
        """Raise ConfigError unless this pool has exactly `members`."""
        if self.members != members:
            raise ConfigError(
                "combiner",
                found=f"asked to combine {', '.join(self.members)}",
                expected=f"the members it was fitted on: {', '.join(members)}",
            )
