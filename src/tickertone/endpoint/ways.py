"""What every way of scoring labels offers: echoed prompts, top tokens, sampled votes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tickertone.endpoint.question import Prompt, Question


class NotOffered(Exception):
    """The server understands what it is asked and does not do such a thing."""


@dataclass(frozen=True)
class Asking:
    """How a way gets its answers."""

    ask: Callable[[Question], dict[str, Any]]  # raises NotOffered
    kept: Callable[[Question], dict[str, Any] | None]  # without asking


@dataclass(frozen=True)
class Row:
    """Natural-log probabilities of one prompt's labels, in their order."""

    values: tuple[float, ...]
    void: int = 0  # sampled answers that name no label
    unanimous: bool = False  # all of several sampled answers name the same label
    bounded: int = 0  # labels outside the listed tokens: their value is an upper bound


class Way(Protocol):
    """One way, for one model and one set of labels."""

    name: str

    def first(self, prompt: Prompt) -> list[Question]:
        """What will be asked for a prompt, for the estimate, if all is answered as asked."""
        ...

    def row(self, prompt: Prompt, asking: Asking) -> Row | None:
        """The scores of one prompt; None if its answer does not tell them.

        Raises NotOffered if the server does not do such a thing at all.
        """
        ...


def choices_in_order(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The choices of an answer, by their index where the server gives one."""
    choices: Sequence[dict[str, Any]] = answer["choices"]
    return sorted(choices, key=lambda c: c["index"] if isinstance(c.get("index"), int) else 0)
