"""How a run ended, for people: counts, warnings, and one sentence a failure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Self

from tickertone.frozen import Frozen
from tickertone.store.journal import Entry


class Summary(Frozen):
    """What a run did, in numbers and in one sentence a failure."""

    run: str
    experiment: str
    computed: int
    cached: int
    blocked: int
    failures: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, run: str, experiment: str, entries: Sequence[Entry], warnings: Iterable[str] = ()
    ) -> Self:
        """What came of the steps that a run has noted so far."""
        count = Counter(entry.outcome for entry in entries)
        failed = (entry for entry in entries if entry.outcome == "failed")
        return cls(
            run=run,
            experiment=experiment,
            computed=count["computed"],
            cached=count["cached"],
            blocked=count["blocked"],
            failures=tuple(f"{entry.step} failed: {entry.message}" for entry in failed),
            warnings=tuple(warnings),
        )

    def __str__(self) -> str:
        """One readable paragraph."""
        total = self.computed + self.cached + self.blocked + len(self.failures)
        lines = [
            f"run {self.run} of {self.experiment}: {total} steps, {self.computed} computed, "
            f"{self.cached} cached, {len(self.failures)} failed, {self.blocked} blocked"
        ]
        if self.computed == 0 and not self.failures:
            lines.append("nothing had changed: nothing was recomputed")
        return "\n".join([*lines, *(f"warning: {w}" for w in self.warnings), *self.failures])
