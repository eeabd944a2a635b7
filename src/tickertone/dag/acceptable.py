"""Which results could be vouched for: those from which a step differs in nothing but code.

The graph is walked as a run walks it. A step is judged only once all that it reads is known: what
would come out of a step that is still to run cannot be vouched for beforehand.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from tickertone.dag import graph
from tickertone.dag.differences import differences
from tickertone.dag.expected import stand_in, unknown_inputs
from tickertone.dag.last_results import LastResults
from tickertone.dag.planner import CANNOT_PLAN, Node, NoSuchOutput, Results
from tickertone.dag.scope import Scope
from tickertone.identity.fingerprint import Parts
from tickertone.store.artifacts import Artifacts
from tickertone.store.journal import Entry
from tickertone.store.manifest import Manifest, Output, Step
from tickertone.store.rekey import SCORER

Verdict = Literal["can be accepted", "in the store", "never run", "refused"]


@dataclass(frozen=True)
class Match:
    """A step, and a result from which it differs in nothing but code."""

    step: Step
    result: Manifest


@dataclass(frozen=True)
class Candidate:
    """One step of an experiment, and whether its last result can be vouched for."""

    experiment: str
    node: Node
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    match: Match | None = None  # of one that can be accepted
    there: Manifest | None = None  # of one that is in the store


def candidates(
    artifacts: Artifacts, scope: Scope, last: LastResults, chosen: Callable[[Node], bool]
) -> Iterator[Candidate]:
    """A verdict on each of the chosen steps of an experiment, in the order of the stages.

    Files of a result that can be accepted are read whole; nothing is written.
    """
    walk = _Walk(artifacts, scope, last)
    for stage in graph.STAGES:
        for node in graph.nodes(scope, stage):
            if (candidate := walk.visit(node, chosen(node))) is not None:
                yield candidate


@dataclass(frozen=True)
class _Look:
    """What is known of a step before anything of it is looked up in the store."""

    step: Step | None  # its inputs may be unknown ones
    hindrance: str = ""  # why it cannot be identified
    blocked: bool = False  # it could not be run either


class _Walk:
    def __init__(self, artifacts: Artifacts, scope: Scope, last: LastResults) -> None:
        self.artifacts = artifacts
        self.scope = scope
        self.last = last
        self.results: dict[Node, Manifest] = {}  # in the store, accepted, or expected
        self.open: set[Node] = set()  # steps that would run

    def visit(self, node: Node, chosen: bool) -> Candidate | None:
        """The verdict on one step, once all before it were visited; None if it is not asked for."""
        look = self._look(node)
        if look.step is not None and not look.hindrance:
            there = self.artifacts.find(look.step)
            if there is not None:
                self.results[node] = there
                found = Candidate(self.scope.name, node, "in the store", there=there)
                return found if chosen else None
        judged = self._judge(node, look) if chosen else None
        if judged is not None and judged.match is not None:
            self.results[node] = judged.match.result
        elif not look.blocked:
            self._expect(node, look.step)
        return judged

    def _look(self, node: Node) -> _Look:
        planner = graph.planner(node.stage)
        needs = planner.needs(self.scope, node.subject)
        lacking = [n for n in needs if n not in self.results and n not in self.open]
        if lacking:
            return _Look(None, f"needs {', '.join(map(str, lacking))}", blocked=True)
        reads = dict.fromkeys([*needs, *planner.wants(self.scope, node.subject)])
        if untold := [str(n) for n in reads if n in self.open and n not in self.results]:
            return _Look(None, _waits_for(untold))
        try:
            step = planner.step(self.scope, node.subject, Results(self.results))
        except CANNOT_PLAN as error:
            waits_for = [str(n) for n in reads if n in self.open]
            if waits_for and isinstance(error, NoSuchOutput):  # that there was not the last time
                return _Look(None, _waits_for(waits_for))
            return _Look(None, str(error).splitlines()[0], blocked=True)
        unknown = dict.fromkeys(unknown_inputs(step).values())
        return _Look(step, _waits_for(unknown) if unknown else "")

    def _expect(self, node: Node, step: Step | None) -> None:
        """Note what can be expected of a step that would run."""
        self.open.add(node)
        before = self.last.newest(self.scope.name, node)
        made = self.artifacts.read(node.stage, before.fingerprint or "") if before else None
        if made is not None:
            parts = step.parts if step else None
            self.results[node] = stand_in(node, made, parts, self._is_there)

    def _is_there(self, output: Output) -> bool:
        return all(path.is_file() for path in self.artifacts.paths(output))

    def _judge(self, node: Node, look: _Look) -> Candidate:
        """A step that is not in the store: is there a result that only other code made?"""
        befores = self.last.since(self.scope.name, node)
        if not befores:
            return self._candidate(node, "never run")
        if look.step is None or look.hindrance:
            return self._candidate(node, "refused", [look.hindrance])
        for before in befores:
            if not _other_than_code(_parts(before), look.step.parts):
                return self._checked(node, look.step, before)
        nearest = self.last.newest(self.scope.name, node) or befores[0]
        why = _other_than_code(_parts(nearest), look.step.parts)
        return self._candidate(node, "refused", why)

    def _checked(self, node: Node, step: Step, before: Entry) -> Candidate:
        """A result that only other code made, if every byte of it is as it was written."""
        result = self.artifacts.read(node.stage, before.fingerprint or "")
        if before.fingerprint == step.fingerprint:
            wrong = ["no code changed: its result is gone or damaged, and a run makes it again"]
        elif result is None or result.parts != before.parts:
            wrong = ["its last result is gone, or the manifest is damaged"]
        else:
            wrong = self.artifacts.damage(result, hashes=True)
        if wrong or result is None:
            return self._candidate(node, "refused", wrong)
        return Candidate(self.scope.name, node, "can be accepted", (), Match(step, result))

    def _candidate(self, node: Node, verdict: Verdict, reasons: Iterable[str] = ()) -> Candidate:
        return Candidate(self.scope.name, node, verdict, tuple(reasons))


def _other_than_code(before: Parts, now: Parts) -> list[str]:
    """What differs but for the code, in words; what is derived from the code left out."""
    old, new = _but_for_code(before), _but_for_code(now)
    if old.fingerprint == new.fingerprint:
        return []
    return differences(old, new) or ["settings written in another way"]


def _but_for_code(parts: Parts) -> Parts:
    settings = {name: value for name, value in parts.settings.items() if name != SCORER}
    return parts.model_copy(update={"code": {}, "settings": settings})


def _parts(entry: Entry) -> Parts:
    if entry.parts is None:
        raise ValueError(f"{entry.step} of run {entry.run} has no parts")
    return entry.parts


def _waits_for(steps: Iterable[str]) -> str:
    names = [*steps]
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"reads {', '.join(names[:2])}{more}, to be accepted with it or run first"
