"""Repeats and contradictions within one split.

Two rows with one example_id are the same example. If their labels agree, the first in the file
stays; if not, none can be trusted and all of them go. So the examples that stay, and their labels,
do not depend on the order of the rows.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

REPEAT = "exact repeat"
CONFLICT = "conflicting labels"


@dataclass(frozen=True)
class Example:
    """A row that is usable by itself, with its identities and the task's own label."""

    example_id: str
    text_id: str
    text: str
    text_b: str | None
    label: str
    entity: str | None
    file: str
    line: int


def settle(examples: Sequence[Example]) -> tuple[list[Example], list[tuple[Example, str]]]:
    """Split into those that stay, sorted by example_id, and those that go, with the reason."""
    same: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        same[example.example_id].append(example)
    stay: list[Example] = []
    gone: list[tuple[Example, str]] = []
    for group in same.values():
        labels = sorted({example.label for example in group})
        if len(labels) > 1:
            reason = f"{CONFLICT}: {', '.join(labels)}"
            gone.extend((example, reason) for example in group)
        else:
            stay.append(group[0])
            first = f"{REPEAT} of line {group[0].line} of {group[0].file}"
            gone.extend((example, first) for example in group[1:])
    return sorted(stay, key=lambda example: example.example_id), gone
