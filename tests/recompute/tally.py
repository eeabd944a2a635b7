"""What the scenarios cost together, for the end of the tests."""

from collections.abc import Iterable
from typing import Any


class Tally:
    """Counts over all scenarios that were played."""

    def __init__(self) -> None:
        self.scenarios = 0
        self.steps = 0
        self.unchanged = 0
        self.needless: dict[str, list[str]] = {}

    def add(
        self, name: str, computed: Iterable[str], needless: Iterable[str], unchanged: Iterable[str]
    ) -> None:
        """Count the steps of one scenario."""
        self.scenarios += 1
        self.steps += len(list(computed))
        self.unchanged += len(list(unchanged))
        if steps := sorted(needless):
            self.needless[name] = steps

    def counts(self) -> dict[str, Any]:
        """All of it, for another process."""
        return dict(vars(self))

    def add_counts(
        self, *, scenarios: int, steps: int, unchanged: int, needless: dict[str, list[str]]
    ) -> None:
        """What another process counted."""
        self.scenarios += scenarios
        self.steps += steps
        self.unchanged += unchanged
        self.needless |= needless

    def lines(self) -> list[str]:
        """A few readable lines; none if no scenario was played."""
        if not self.scenarios:
            return []
        count = sum(map(len, self.needless.values()))
        told = [f"{name}: {', '.join(steps)}" for name, steps in self.needless.items()]
        return [
            f"{self.scenarios} changes, {self.steps} steps ran, {count} of them needless (goal 0)",
            *told,
            f"{self.unchanged} steps had to run to learn that they come out as before",
        ]


TALLY = Tally()
