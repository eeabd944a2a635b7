"""Every error that a user can cause or cure.

An error names the place, what was found there, what was expected, and the remedy; the CLI prints
those lines and no stack trace. `retryable` says whether the same step may succeed if tried again
with nothing changed: only then does the flow retry it.
"""

from typing import ClassVar


class TickertoneError(Exception):
    """The base of them all: four parts, each a short phrase without a final full stop."""

    retryable: ClassVar[bool] = False

    def __init__(self, place: str, *, found: str, expected: str = "", remedy: str = "") -> None:
        self.place = place
        self.found = found
        self.expected = expected
        self.remedy = remedy
        super().__init__(place, found, expected, remedy)

    def __str__(self) -> str:
        """One part a line, the empty ones left out."""
        lines = [f"{self.place}: {self.found}"]
        if self.expected:
            lines.append(f"  expected: {self.expected}")
        if self.remedy:
            lines.append(f"  remedy:   {self.remedy}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the parts when the error crosses a process boundary."""
        return (_rebuild, (type(self), self.place, self.found, self.expected, self.remedy))


def _rebuild(
    kind: type[TickertoneError], place: str, found: str, expected: str, remedy: str
) -> TickertoneError:
    return kind(place, found=found, expected=expected, remedy=remedy)


class ConfigError(TickertoneError):
    """A YAML file, a flow parameter or an environment variable says something impossible."""


class DataError(TickertoneError):
    """A source file is missing, damaged, or not what its stanza says."""


class CheckError(TickertoneError):
    """A check of the data failed to judge it: the fault is ours, not the data's."""


class SourceUnavailable(TickertoneError):
    """A remote source did not answer; trying again later may help."""

    retryable = True


class ModelError(TickertoneError):
    """A base model is missing, unpinned, damaged, or of a kind that is refused."""


class TrainingError(TickertoneError):
    """A training process ended without a model."""


class StoreError(TickertoneError):
    """The store under var/ cannot be read or written as it should."""


class StoreBusy(StoreError):
    """Another program keeps the database open; it will let go of it."""

    retryable = True


class StepBlocked(TickertoneError):
    """A step has nothing to work on, because what it reads did not succeed."""
