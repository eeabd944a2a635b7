"""What a run would do, step by step, and why: the same walk as a run's, which writes nothing.

A step is known exactly once all that it reads is known. Behind a step that will run nothing is
known, so what follows only may run: if the same comes out as before, it stays cached.
"""

from collections import Counter
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError
from typing import Literal

from tickertone.catalog.load import load_catalog
from tickertone.dag import graph
from tickertone.dag.drift_gate import check_drift
from tickertone.dag.history import History
from tickertone.dag.planner import Node, Results
from tickertone.dag.reasons import changes, why_not_there
from tickertone.dag.row_changes import source_rows, split_rows, unscored
from tickertone.dag.scope import Scope
from tickertone.datasets.sources.locate import check_reachable
from tickertone.errors import TickertoneError
from tickertone.frozen import Frozen
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace

Verdict = Literal["cached", "will run", "may run", "blocked"]
_EXPECTED = (TickertoneError, OSError, PackageNotFoundError)  # what a run notes as a failure


class PlannedStep(Frozen):
    """What a run would make of one step."""

    step: str
    stage: str
    subject: str
    verdict: Verdict
    reasons: tuple[str, ...]
    fingerprint: str | None = None  # None while something that it reads is not known
    seconds: float | None = None  # what such a step took so far; None where none was timed
    rows: int | None = None  # rows read by a cached step, or texts that will be scored


class Plan(Frozen):
    """All steps of an experiment, in the order of the stages."""

    experiment: str
    steps: tuple[PlannedStep, ...]

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
        seconds = [step.seconds for step in self.steps if step.verdict == verdict]
        known = [s for s in seconds if s is not None]
        if not known:
            return f"{count} {verdict}"
        return f"{count} {verdict} ({'at least ' * (None in seconds)}{sum(known):.0f} s)"


def plan_experiment(
    workspace: Workspace, experiment: str, models: Iterable[str] = (), refresh: Iterable[str] = ()
) -> Plan:
    """Load the catalog and plan a run of an experiment; raises ConfigError."""
    return plan(workspace, Scope.of(load_catalog(workspace.data), experiment, models), refresh)


def plan(workspace: Workspace, scope: Scope, refresh: Iterable[str] = ()) -> Plan:
    """What a run would do now. Writes nothing, loads no model, asks no network."""
    walk = _Walk(workspace, scope, frozenset(refresh))
    steps = [walk.visit(node) for stage in graph.STAGES for node in graph.nodes(scope, stage)]
    return Plan(experiment=scope.name, steps=tuple(steps))


class _Walk:
    """The graph in order, with what is known of the steps so far."""

    def __init__(self, workspace: Workspace, scope: Scope, refresh: frozenset[str]) -> None:
        self.workspace = workspace
        self.scope = scope
        self.refresh = refresh
        self.artifacts = Artifacts(workspace)
        self.history = History(workspace)
        self.known: dict[Node, Manifest] = {}
        self.open: set[Node] = set()  # what comes out of them is not known yet
        self.first: dict[str, Node] = {}  # fingerprint -> the step that will make it

    def visit(self, node: Node) -> PlannedStep:
        """The verdict on one step, once all before it were visited."""
        planner = graph.planner(node.stage)
        needs = planner.needs(self.scope, node.subject)
        lacking = [n for n in needs if n not in self.known and n not in self.open]
        if lacking:
            return _planned(node, "blocked", [f"needs {', '.join(map(str, lacking))}"])
        reads = [*needs, *planner.wants(self.scope, node.subject)]
        waits_for = [n for n in dict.fromkeys(reads) if n in self.open]
        if waits_for:
            return self._depends(node, reads, waits_for)
        try:
            self._gate(node)
            step = planner.step(self.scope, node.subject, Results(self.known))
            return self._judge(node, step)
        except _EXPECTED as error:
            return _planned(node, "blocked", [_words(error)])

    def _gate(self, node: Node) -> None:
        if node.stage == "validate":
            name = node.subject
            ingested = self.known[Node("ingest", name)]
            check_drift(self.workspace, name, self.scope.dataset(name), ingested)

    def _check_source(self, node: Node) -> None:
        if node.stage == "ingest":
            check_reachable(self.scope.dataset(node.subject), self.scope.catalog.folder)

    def _judge(self, node: Node, step: Step) -> PlannedStep:
        """A step whose inputs are known: cached, or to run."""
        computes = self.scope.computes(node.stage, node.subject)
        manifest = self.artifacts.find(step)
        asked = computes and node.stage in self.refresh
        if manifest is not None and not asked:
            self.known[node] = manifest
            rows = _rows_read(manifest)
            return _planned(node, "cached", ["in the store"], step, seconds=0.0, rows=rows)
        if not computes:
            reasons = ["not chosen, and not in the store"]
            return _planned(node, "blocked", reasons, step)
        self._check_source(node)
        reasons = ["to be computed anew, as asked"] if asked else self._why(node, step)
        rows = self._to_score(step, asked=asked)
        self.open.add(node)
        twin = self.first.setdefault(step.fingerprint, node)
        if twin != node:
            return self._timed(node, "may run", [f"the same work as {twin}", *reasons], step, rows)
        return self._timed(node, "will run", reasons, step, rows)

    def _depends(self, node: Node, reads: list[Node], waits_for: list[Node]) -> PlannedStep:
        """A step that reads what is not known yet."""
        self.open.add(node)
        others = f" and {len(waits_for) - 2} more" if len(waits_for) > 2 else ""
        depends = f"depends on what comes out of {', '.join(map(str, waits_for[:2]))}{others}"
        if not self.scope.computes(node.stage, node.subject):
            reasons = ["not chosen: taken from the store if it is there", depends]
            return _planned(node, "blocked", reasons)
        if self.history.last(node) is None:
            reasons = ["never run before", depends]
        else:
            reasons = [*self._apart_from_inputs(node, reads), depends]
        return self._timed(node, "may run", reasons)

    def _why(self, node: Node, step: Step) -> list[str]:
        def rows_now(role: str) -> object:
            if node.stage != "ingest":
                return split_rows(self.artifacts, step.inputs.get(role))
            spec = self.scope.dataset(node.subject).snapshot
            return source_rows(spec, role.partition("/")[0], self.scope.catalog.folder)

        return why_not_there(self.artifacts, self.history, step, rows_now)

    def _apart_from_inputs(self, node: Node, reads: list[Node]) -> list[str]:
        """What changed in a step beside its inputs: built on what came out of them last time."""
        before = self.history.last(node)
        last = {n: self.history.last(n) for n in reads if n in self.open}
        then = {n: self.history.manifest(entry) for n, entry in last.items() if entry}
        stand_ins = {n: manifest for n, manifest in then.items() if manifest}
        if before is None or before.parts is None or len(stand_ins) < len(last):
            return []
        results = Results({**self.known, **stand_ins})
        try:
            step = graph.planner(node.stage).step(self.scope, node.subject, results)
        except (*_EXPECTED, KeyError):  # what came out then has not all that is read now
            return []
        parts = step.parts.model_copy(update={"inputs": before.parts.inputs})
        return changes(self.artifacts, self.history, before, parts, lambda _role: None)

    def _to_score(self, step: Step, *, asked: bool) -> int | None:
        return unscored(self.artifacts, step) if step.stage == "extract" and not asked else None

    def _timed(
        self,
        node: Node,
        verdict: Verdict,
        reasons: list[str],
        step: Step | None = None,
        rows: int | None = None,
    ) -> PlannedStep:
        seconds = self.history.seconds(node)
        return _planned(node, verdict, reasons, step, seconds=seconds, rows=rows)


def _planned(
    node: Node,
    verdict: Verdict,
    reasons: list[str],
    step: Step | None = None,
    *,
    seconds: float | None = None,
    rows: int | None = None,
) -> PlannedStep:
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


def _rows_read(manifest: Manifest) -> int | None:
    splits, rows = manifest.facts.get("splits"), manifest.facts.get("rows")
    if isinstance(splits, dict):
        return sum(counts["rows_read"] for counts in splits.values())  # type: ignore[index, call-overload, misc]
    return rows if isinstance(rows, int) else None


def _words(error: BaseException) -> str:
    return f"{error.place}: {error.found}" if isinstance(error, TickertoneError) else repr(error)
