"""The plan of a run: for each step a verdict, the reasons in words, and an estimate."""

from collections import Counter
from typing import Literal

from tickertone.dag.expected_cost import Cost
from tickertone.dag.expected_memory import Expected
from tickertone.dag.planner import Node
from tickertone.frozen import Frozen
from tickertone.store.manifest import Manifest, Step

Verdict = Literal["cached", "will run", "may run", "blocked"]


class PlannedStep(Frozen):
    """What a run would make of one step."""

    step: str
    stage: str
    subject: str
    verdict: Verdict
    reasons: tuple[str, ...]
    fingerprint: str | None = None  # None while something that it reads is not known
    seconds: float | None = None  # an estimate, see dag.durations; None where nothing was timed
    about: str | None = None  # of a training: its family, base and whether that is pinned, prompt
    memory: Expected | None = None  # of a training or scoring by a network that is still to run
    cost: Cost | None = None  # of what is to be asked of a server
    rows: int | None = None  # rows that a cached step read; else to train on, or texts to score


class Plan(Frozen):
    """All steps of an experiment, in the order of the stages."""

    experiment: str
    steps: tuple[PlannedStep, ...]
    warnings: tuple[str, ...] = ()

    @property
    def all_cached(self) -> bool:
        """Would a run compute nothing, and nothing be blocked?"""
        return all(step.verdict == "cached" for step in self.steps)

    def __str__(self) -> str:
        """One line: how many steps of each verdict, and how long they may take."""
        count = Counter(step.verdict for step in self.steps)
        words = [f"{count['cached']} cached"]
        words += [self._timed(v, count[v]) for v in ("will run", "may run") if count[v]]
        words += [f"{count['blocked']} blocked"] * (count["blocked"] > 0)
        return f"{self.experiment}: {len(self.steps)} steps, {', '.join(words)}"

    def _timed(self, verdict: str, count: int) -> str:
        """Such as "2 may run (up to 5 min)"; some of them may never have been timed."""
        seconds = [step.seconds for step in self.steps if step.verdict == verdict]
        known = [s for s in seconds if s is not None]
        if not known:
            return f"{count} {verdict}"
        if len(known) < len(seconds):
            about = f"{spelt(sum(known))} for the {len(known)} that are known"
        else:
            about = spelt(sum(known))
            if sum(known) >= 1:  # "under 1 s" is no more than that already
                about = f"{'about' if verdict == 'will run' else 'up to'} {about}"
        return f"{count} {verdict} ({about})"


def spelt(seconds: float) -> str:
    """A duration as people say it: "under 1 s", "12 s", "5 min", "2 h 10 min"."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def planned(
    node: Node,
    verdict: Verdict,
    reasons: list[str],
    step: Step | None = None,
    *,
    seconds: float | None = None,
    rows: int | None = None,
) -> PlannedStep:
    """A verdict on a node; without a step where that is not known yet."""
    return PlannedStep(
        step=str(node),
        stage=node.stage,
        subject=node.subject,
        verdict=verdict,
        reasons=tuple(reasons),
        fingerprint=step.fingerprint if step else None,
        seconds=seconds,
        rows=rows,
    )


def rows_read(manifest: Manifest) -> int | None:
    """Rows that a step in the store read, as its manifest has them."""
    splits, rows = manifest.facts.get("splits"), manifest.facts.get("rows")
    if isinstance(splits, dict):
        return sum(counts["rows_read"] for counts in splits.values())  # type: ignore[index, call-overload, misc]
    return rows if isinstance(rows, int) else None
