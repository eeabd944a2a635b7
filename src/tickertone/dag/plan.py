"""What a run would do, step by step, and why: the same walk as a run's, which writes nothing.

A step is known exactly once all that it reads is known. What comes out of a step that will run is
not (but see `dag.expected`), so what reads it only may run: if the same comes out as before, it
stays cached.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tickertone.catalog.load import load_catalog
from tickertone.dag import graph
from tickertone.dag.drift_gate import check_drift
from tickertone.dag.durations import Durations
from tickertone.dag.expected import stand_in, unknown_inputs
from tickertone.dag.expected_cost import ExpectedCost, beyond_the_cap
from tickertone.dag.expected_memory import ExpectedMemory, too_much
from tickertone.dag.history import History
from tickertone.dag.may_leave import check_may_leave
from tickertone.dag.planned import Plan, PlannedStep, Verdict, planned, rows_read
from tickertone.dag.planner import CANNOT_PLAN, Node, NoSuchOutput, Results
from tickertone.dag.reasons import changes, in_the_store, why_not_there
from tickertone.dag.recipe_words import in_words
from tickertone.dag.row_changes import source_rows, split_rows
from tickertone.dag.scope import Scope
from tickertone.dag.to_score import ToScore
from tickertone.datasets.sources.locate import check_reachable
from tickertone.errors import StepBlocked, TickertoneError
from tickertone.store.artifacts import Artifacts
from tickertone.store.journal import Entry
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

_AS_ASKED = "to be computed anew, as asked"


def plan_experiment(
    workspace: Workspace, experiment: str, models: Iterable[str] = (), refresh: Iterable[str] = ()
) -> Plan:
    """Load the catalog and plan a run of an experiment; raises ConfigError."""
    return plan(workspace, Scope.of(load_catalog(workspace.data), experiment, models), refresh)


def plan(workspace: Workspace, scope: Scope, refresh: Iterable[str] = ()) -> Plan:
    """What a run would do now. Writes nothing, loads no model, asks no network."""
    walk = _Walk(workspace, scope, frozenset(refresh))
    steps = [walk.told(node) for stage in graph.STAGES for node in graph.nodes(scope, stage)]
    warnings = (
        *scope.warnings,
        *too_much((step.step, step.memory) for step in steps),
        *beyond_the_cap((step.step, step.cost) for step in steps),
    )
    return Plan(experiment=scope.name, steps=tuple(steps), warnings=warnings)


class _Walk:
    """The graph in order, with what is known of the steps so far."""

    def __init__(self, workspace: Workspace, scope: Scope, refresh: frozenset[str]) -> None:
        self.workspace = workspace
        self.scope = scope
        self.refresh = refresh
        self.artifacts = Artifacts(workspace)
        self.history = History(workspace)
        self.durations = Durations(self.artifacts)
        self.to_score = ToScore(self.artifacts)
        self.cost = ExpectedCost(scope, self.artifacts)
        self.memory = ExpectedMemory(scope.catalog, workspace.root)
        self.results: dict[Node, Manifest] = {}  # of the store, or expected
        self.open: set[Node] = set()  # the steps of which not all that comes out is known
        self.first: dict[str, Node] = {}  # fingerprint, or path of a lost file -> who will make it
        self.snapshots: dict[tuple[str, str], pa.Table | None] = {}  # the rows of changed sources

    def told(self, node: Node) -> PlannedStep:
        """The verdict on one step, with its recipe, its memory and its cost."""
        step = self.visit(node).model_copy(update={"about": self._about(node)})
        scores = node.stage == "extract"
        if step.verdict == "cached" or (scores and step.rows == 0):
            return step
        memory = self.memory.of(node.stage, node.subject.split("/")[0])
        cost = None
        if scores and step.verdict != "blocked":
            cost = self.cost.of(node.subject, self.results)
        return step.model_copy(update={"memory": memory, "cost": cost})

    def visit(self, node: Node) -> PlannedStep:
        """The verdict on one step, once all before it were visited."""
        planner = graph.planner(node.stage)
        needs = planner.needs(self.scope, node.subject)
        lacking = [n for n in needs if n not in self.results and n not in self.open]
        if lacking:
            return planned(node, "blocked", [f"needs {', '.join(map(str, lacking))}"])
        reads = dict.fromkeys([*needs, *planner.wants(self.scope, node.subject)])
        try:
            if untold := [n for n in reads if n in self.open and n not in self.results]:
                self._check_stanzas(node)  # whatever comes out of what it waits for
                return self._depends(node, [*map(str, untold)])
            self._gate(node)
            step = planner.step(self.scope, node.subject, Results(self.results))
            if unknown := unknown_inputs(step):
                return self._depends(node, [*dict.fromkeys(unknown.values())], step)
            return self._judge(node, step)
        except CANNOT_PLAN as error:
            waits_for = [str(n) for n in reads if n in self.open]
            if waits_for and isinstance(error, NoSuchOutput):  # that there was not the last time
                return self._depends(node, waits_for)
            return planned(node, "blocked", [_words(error)])

    def _gate(self, node: Node) -> None:
        ingested = Node("ingest", node.subject)
        if node.stage == "validate" and ingested not in self.open:
            spec = self.scope.dataset(node.subject)
            check_drift(self.workspace, node.subject, spec, self.results[ingested])

    def _check_stanzas(self, node: Node) -> None:
        model, _, dataset = node.subject.partition("/")
        if node.stage in {"finetune", "extract"}:
            self.scope.base_identity(model)
        if node.stage == "extract":
            check_may_leave(self.scope, model, dataset)

    def _check_source(self, node: Node) -> None:
        if node.stage == "ingest":
            check_reachable(self.scope.dataset(node.subject), self.scope.catalog.folder)

    def _judge(self, node: Node, step: Step) -> PlannedStep:
        """A step whose inputs are known: cached, or to run."""
        computes, asked = self._computes(node), self._asked(node)
        manifest = self.artifacts.find(step)
        if manifest is not None and not asked:
            self.results[node] = manifest
            rows = rows_read(manifest)
            return planned(node, "cached", in_the_store(manifest), step, seconds=0.0, rows=rows)
        if not computes:
            return planned(node, "blocked", ["not chosen, and not in the store"], step)
        self._check_source(node)
        why = [] if asked else why_not_there(self.artifacts, self.history, step, self._rows_now)
        self._expect(node, step)
        if asked:
            return self._timed(node, "will run", [_AS_ASKED], step)
        if by_another := self._made_by_another(node, step):
            return self._timed(node, "may run", [by_another, *why], step)
        return self._timed(node, "will run", why, step)

    def _made_by_another(self, node: Node, step: Step) -> str | None:
        """Whether a step before this one does the same work, or makes a lost file of both again."""
        twin = self.first.setdefault(step.fingerprint, node)
        if twin != node:
            return f"the same work as {twin}"
        owners = [self.first.setdefault(path, node) for path in self.artifacts.lost(step)]
        others = [owner for owner in owners if owner != node]
        return f"shares a lost file with {others[0]}" if others else None

    def _depends(self, node: Node, on: list[str], step: Step | None = None) -> PlannedStep:
        """A step that reads what is not known yet; its parts are known but for these inputs."""
        self._expect(node, step)
        more = f" and {len(on) - 2} more" if len(on) > 2 else ""
        depends = f"depends on what comes out of {', '.join(on[:2])}{more}"
        if not self._computes(node):
            reasons = ["not chosen: taken from the store if it is there", depends]
            return planned(node, "blocked", reasons)
        if self._asked(node):
            return self._timed(node, "will run", [_AS_ASKED, depends], step)
        before = self.history.last(node)
        known = ["never run before"] if before is None else self._known_changes(before, step)
        return self._timed(node, "may run", [*known, depends], step)

    def _expect(self, node: Node, step: Step | None) -> None:
        """Note what can be expected of a step that is not done yet."""
        self.open.add(node)
        before = self.history.last(node)
        made = self.history.manifest(before) if before else None
        if made is not None:
            parts = step.parts if step else None
            asked = self._asked(node)
            self.results[node] = stand_in(
                node, made, parts, lambda output: not asked and self.artifacts.whole(output)
            )

    def _computes(self, node: Node) -> bool:
        return self.scope.computes(node.stage, node.subject)

    def _asked(self, node: Node) -> bool:
        return self._computes(node) and node.stage in self.refresh

    def _known_changes(self, before: Entry, step: Step | None) -> list[str]:
        """What changed in a step as far as its inputs are known."""
        if step is None:
            return []
        then = before.parts.inputs if before.parts else {}
        unknown = {role: then[role] for role in unknown_inputs(step) if role in then}
        inputs = {**step.parts.inputs, **unknown}
        now = step.model_copy(update={"parts": step.parts.model_copy(update={"inputs": inputs})})
        return changes(self.artifacts, self.history, before, now, self._rows_now)

    def _rows_now(self, step: Step, role: str) -> "pa.Table | None":
        """Ids and labels of an input; of an ingest's those that it would accept now."""
        if step.stage != "ingest":
            return split_rows(self.artifacts, step.inputs.get(role))
        place = step.subject, role.partition("/")[0]
        if place not in self.snapshots:
            spec = self.scope.dataset(step.subject).snapshot
            self.snapshots[place] = source_rows(spec, place[1], self.scope.catalog.folder)
        return self.snapshots[place]

    def _timed(
        self, node: Node, verdict: Verdict, reasons: list[str], step: Step | None
    ) -> PlannedStep:
        rows = self._rows(node, step) if step else None
        seconds = self.durations.estimate(node, self._kind(node), rows)
        if seconds is None and (before := self.history.last(node)) is not None:
            seconds = before.seconds if before.outcome == "computed" else None
        known = step if step and not unknown_inputs(step) else None
        return planned(node, verdict, reasons, known, seconds=seconds, rows=rows)

    def _rows(self, node: Node, step: Step) -> int | None:
        """Rows to train on, or texts to score."""
        if node.stage == "finetune":
            return self.durations.training_rows(step)
        if node.stage != "extract":
            return None
        dataset = node.subject.split("/")[1]
        coming = {split: rows for (name, split), rows in self.snapshots.items() if name == dataset}
        known = {split: rows for split, rows in coming.items() if rows is not None}
        return self.to_score.count(step, known, anew=self._asked(node))

    def _about(self, node: Node) -> str | None:
        if node.stage != "finetune":
            return None
        return in_words(self.scope.catalog, self.scope.model(node.subject))

    def _kind(self, node: Node) -> str | None:
        if node.stage in {"finetune", "extract"}:
            return self.scope.model(node.subject.split("/")[0]).family
        if node.stage == "combine":
            return self.scope.spec.combiners[node.subject.split("/")[2]].kind
        return None


def _words(error: BaseException) -> str:
    if isinstance(error, StepBlocked):
        return error.found
    return f"{error.place}: {error.found}" if isinstance(error, TickertoneError) else repr(error)
