"""What a run did, for people: counts, warnings, and one sentence a cause of failure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Self

from tickertone.frozen import Frozen
from tickertone.store.journal import Entry
from tickertone.store.manifest import Manifest

NOT_CHOSEN = "not chosen for this run, and not in the store"
_NAMED = 3  # steps that are named in one sentence


class Summary(Frozen):
    """What a run did, in numbers and in one sentence a cause of failure."""

    run: str
    experiment: str
    computed: int
    cached: int
    failed: int
    blocked: int
    failures: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, run: str, experiment: str, entries: Sequence[Entry], warnings: Iterable[str] = ()
    ) -> Self:
        """What came of the steps that a run has noted so far."""
        count = Counter(entry.outcome for entry in entries)
        failed = [entry for entry in entries if entry.outcome == "failed"]
        return cls(
            run=run,
            experiment=experiment,
            computed=count["computed"],
            cached=count["cached"],
            failed=count["failed"],
            blocked=count["blocked"],
            failures=_in_words(failed),
            warnings=(*warnings, *_left_out(entries)),
        )

    def __str__(self) -> str:
        """One readable paragraph."""
        total = self.computed + self.cached + self.blocked + self.failed
        lines = [
            f"run {self.run} of {self.experiment}: {total} steps, {self.computed} computed, "
            f"{self.cached} cached, {self.failed} failed, {self.blocked} blocked"
        ]
        if self.computed == 0 and not self.failures:
            lines.append("nothing had changed: nothing was recomputed")
        return "\n".join([*lines, *(f"warning: {w}" for w in self.warnings), *self.failures])


def rows_set_aside(manifest: Manifest) -> str:
    """Of an ingest, "3 of 1,200 rows set aside": those that could not be used as they are.

    Rows left out on purpose are none of these. Empty where there are none, and of other stages.
    """
    splits: Any = manifest.facts.get("splits") if manifest.stage == "ingest" else None
    counts = [*(splits or {}).values()]
    aside = sum(of["rows_quarantined"] - of["rows_left_out"] for of in counts)
    read = sum(of["rows_read"] for of in counts)
    return f"{aside:,} of {read:,} rows set aside" if aside else ""


def _left_out(entries: Sequence[Entry]) -> tuple[str, ...]:
    """One sentence for all models that a run was not to make."""
    steps = [entry.step for entry in entries if entry.message == NOT_CHOSEN]
    if not steps:
        return ()
    return (f"{_named(steps)}: {NOT_CHOSEN}; what needs them was not made anew",)


def _in_words(failed: Sequence[Entry]) -> tuple[str, ...]:
    """One sentence for all steps that failed of the same, such as a base that cannot be had."""
    steps: dict[str, list[str]] = {}
    for entry in failed:
        steps.setdefault(entry.message, []).append(entry.step)
    return tuple(f"{_named(names)} failed: {message}" for message, names in steps.items())


def _named(steps: Sequence[str]) -> str:
    """One step by its name; of several the first three, and how many more."""
    shown = ", ".join(steps[:_NAMED])
    return f"{shown} and {len(steps) - _NAMED} more" if len(steps) > _NAMED else shown
