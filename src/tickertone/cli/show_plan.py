"""A plan and a story as people read them, fitted to the width of their terminal.

Without Rich, which would take longer to load than most plans to make.
"""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

import typer

from tickertone.dag.planned import Plan, PlannedStep, Verdict, spelt

if TYPE_CHECKING:
    from tickertone.dag.story import Chapter, Story

_SHOWN: tuple[Verdict, ...] = ("blocked", "will run", "may run")
_COLOURS = {"blocked": "red", "will run": "yellow", "may run": "cyan", "cached": "green"}
_NOW: dict[Verdict, str] = {
    "blocked": "cannot compute it",
    "will run": "would compute it",
    "may run": "may have to compute it",
    "cached": "would find it",
}
_MOST = 4  # reasons of a step
_NO_TERMINAL = 400  # characters: what goes to a file or to grep is not folded


def plan_as_json(planned: Plan) -> str:
    """One object a step."""
    steps = [step.model_dump(mode="json") for step in planned.steps]
    return json.dumps(steps, ensure_ascii=False, indent=1)


def plan_as_text(planned: Plan, *, everything: bool = False) -> str:
    """By verdict, what is cached in one line unless `everything`; a last line sums it up."""
    lines: list[str] = []
    for verdict in (*_SHOWN, "cached"):
        steps = [step for step in planned.steps if step.verdict == verdict]
        if steps and (verdict != "cached" or everything):
            lines += [_heading(verdict), *_listed(steps, everything=everything), ""]
    cached = Counter(step.stage for step in planned.steps if step.verdict == "cached")
    if cached and not everything and not planned.all_cached:
        counts = ", ".join(f"{count} {stage}" for stage, count in cached.items())
        lines += [_heading("cached"), *_folded(f"{counts} (--all lists them)", 2), ""]
    for warning in planned.warnings:
        lines += [*_folded(f"warning: {warning}", 0), ""]
    return "\n".join([*lines, str(planned)])


def _listed(steps: Sequence[PlannedStep], *, everything: bool) -> Iterator[str]:
    """Steps that follow each other and have the same reasons give them once."""
    most = None if everything else _MOST
    longest = max(len(step.step) for step in steps)
    for reasons, group in groupby(steps, key=lambda step: step.reasons):
        for step in group:
            yield f"  {step.step:<{longest}}  {', '.join(_figures(step))}".rstrip()
        for reason in reasons[:most]:
            yield from _folded(reason, 6)
        if most is not None and len(reasons) > most:
            yield from _folded(f"and {len(reasons) - most} more reasons (--all)", 6)


def _figures(step: PlannedStep) -> Iterator[str]:
    if step.about is not None:
        yield step.about
    if step.rows is not None:
        to_score = step.stage == "extract" and step.verdict != "cached"
        yield f"{step.rows:,} {'text' if to_score else 'row'}{'' if step.rows == 1 else 's'}"
    if step.cost is not None:
        yield str(step.cost)
    if step.memory is not None:
        yield str(step.memory)
    if step.seconds is not None and step.verdict != "cached":
        yield spelt(step.seconds)


def story_as_text(told: "Story") -> str:
    """The chapters, oldest first, and what is next."""
    lines = [typer.style(told.step, bold=True), ""]
    for chapter in told.chapters:
        lines += [_headed(chapter), *(line for r in _reasons(chapter) for line in _folded(r, 4))]
    computed = sum(chapter.outcome == "computed" for chapter in told.chapters)
    if told.chapters:
        lines.append("")
    lines.append(f"computed in {_runs(computed)}, found in the store in {told.cached}")
    if told.now is None:
        return "\n".join([*lines, "now: no experiment asks for it"])
    first, *more = told.now.reasons
    lines += _folded(f"now: a run of {told.experiment} {_NOW[told.now.verdict]}: {first}", 0)
    return "\n".join([*lines, *(line for reason in more for line in _folded(reason, 4))])


def _headed(chapter: "Chapter") -> str:
    when = chapter.finished_at[:16].replace("T", " ")
    took = f" in {spelt(chapter.seconds)}" if chapter.outcome == "computed" else ""
    return f"{when}  {chapter.outcome}{took}, {chapter.experiment}"


def _reasons(chapter: "Chapter") -> Iterable[str]:
    return [*chapter.reasons, *chapter.message.splitlines()]


def _runs(count: int) -> str:
    return f"{count} run{'' if count == 1 else 's'}"


def _heading(verdict: str) -> str:
    return typer.style(verdict, fg=_COLOURS[verdict], bold=True)


def _folded(text: str, indent: int) -> list[str]:
    """A text below its heading; later lines a little further in."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _NO_TERMINAL
    first = " " * indent
    return wrap(
        text,
        max(width, indent + 20),
        initial_indent=first,
        subsequent_indent=f"{first}  ",
        break_on_hyphens=False,
    )
