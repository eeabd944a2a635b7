"""A scenario: one change to a workspace that is up to date, and exactly what it costs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.dag.bench import Bench
from tests.recompute.around import Around

Change = Callable[[Bench, Around], None]
Patterns = tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """What changes, and what that costs; steps by patterns such as "extract words/*".

    A step that is named nowhere is "cached", says the plan, and does not run.
    """

    name: str
    change: Change
    will: Patterns = ()  # the plan is sure that they run, and they do
    may: Patterns = ()  # the plan says "may run", since something they read is still to be made
    spared: Patterns = ()  # the same, but what they read comes out as before: they do not run
    blocked: Patterns = ()
    needless: Patterns = ()  # of `will` and `may`: their output could not differ
    scored: Mapping[str, int] = field(default_factory=dict)  # step -> texts that it scores
    why: tuple[str, str] | None = None  # a step, and a phrase among the plan's reasons
    experiment: str = "small"
    options: Mapping[str, Any] = field(default_factory=dict)  # of the run
    same_data: bool = False  # the catalog and its files say what they said: results are the same
    own_process: bool = False  # planned and run in a new interpreter, with the code on disk


def named(patterns: Iterable[str], steps: Iterable[str]) -> set[str]:
    """The steps that patterns name; each must name one at least."""
    found = set()
    for pattern in patterns:
        matching = {step for step in steps if fnmatchcase(step, pattern)}
        assert matching, f"no step is called {pattern!r}"
        found |= matching
    return found
