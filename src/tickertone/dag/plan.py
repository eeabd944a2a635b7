"""What a run would do, step by step, and why: the same walk as a run's, which writes nothing.

A step is known exactly once all that it reads is known. What comes out of a step that will run is
not (but see `dag.expected`), so what reads it only may run: if the same comes out as before, it
stays cached.
"""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError

import pyarrow as pa

from tickertone.catalog.load import load_catalog
from tickertone.dag import graph
from tickertone.dag.drift_gate import check_drift
from tickertone.dag.expected import stand_in, unknown_inputs
from tickertone.dag.history import History
from tickertone.dag.planned import Plan, PlannedStep, Verdict, planned
from tickertone.dag.planner import Node, Results
from tickertone.dag.reasons import RowsOf, changes, why_not_there
from tickertone.dag.row_changes import source_rows, split_rows, unscored
from tickertone.dag.scope import Scope
from tickertone.datasets.sources.locate import check_reachable
from tickertone.errors import TickertoneError
from tickertone.store.artifacts import Artifacts
from tickertone.store.journal import Entry
from tickertone.store.manifest import Manifest, Output, Step
from tickertone.workspace import Workspace

_EXPECTED = (TickertoneError, OSError, PackageNotFoundError)  # what a run notes as a failure


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
        self.results: dict[Node, Manifest] = {}  # of the store, or expected
        self.open: set[Node] = set()  # the steps of which not all that comes out is known
        self.first: dict[str, Node] = {}  # fingerprint -> the step that will make it

    def visit(self, node: Node) -> PlannedStep:
        """The verdict on one step, once all before it were visited."""
        planner = graph.planner(node.stage)
        needs = planner.needs(self.scope, node.subject)
        lacking = [n for n in needs if n not in self.results and n not in self.open]
        if lacking:
            return planned(node, "blocked", [f"needs {', '.join(map(str, lacking))}"])
        reads = dict.fromkeys([*needs, *planner.wants(self.scope, node.subject)])
        if untold := [n for n in reads if n in self.open and n not in self.results]:
            return self._depends(node, [*map(str, untold)])
        try:
            self._gate(node)
            step = planner.step(self.scope, node.subject, Results(self.results))
            if unknown := unknown_inputs(step):
                return self._depends(node, [*dict.fromkeys(unknown.values())], step)
            return self._judge(node, step)
        except _EXPECTED as error:
            return planned(node, "blocked", [_words(error)])
        except KeyError:  # an output that there was not the last time
            if not (waits_for := [str(n) for n in reads if n in self.open]):
                raise
            return self._depends(node, waits_for)

    def _gate(self, node: Node) -> None:
        ingested = Node("ingest", node.subject)
        if node.stage == "validate" and ingested not in self.open:
            spec = self.scope.dataset(node.subject)
            check_drift(self.workspace, node.subject, spec, self.results[ingested])

    def _check_source(self, node: Node) -> None:
        if node.stage == "ingest":
            check_reachable(self.scope.dataset(node.subject), self.scope.catalog.folder)

    def _judge(self, node: Node, step: Step) -> PlannedStep:
        """A step whose inputs are known: cached, or to run."""
        computes = self.scope.computes(node.stage, node.subject)
        manifest = self.artifacts.find(step)
        asked = computes and node.stage in self.refresh
        if manifest is not None and not asked:
            self.results[node] = manifest
            rows = _rows_read(manifest)
            return planned(node, "cached", ["in the store"], step, seconds=0.0, rows=rows)
        if not computes:
            reasons = ["not chosen, and not in the store"]
            return planned(node, "blocked", reasons, step)
        self._check_source(node)
        reasons = ["to be computed anew, as asked"] if asked else self._why(step)
        rows = self._to_score(step, asked=asked)
        self._expect(node, step)
        twin = self.first.setdefault(step.fingerprint, node)
        if twin != node:
            return self._timed(node, "may run", [f"the same work as {twin}", *reasons], step, rows)
        return self._timed(node, "will run", reasons, step, rows)

    def _depends(self, node: Node, on: list[str], step: Step | None = None) -> PlannedStep:
        """A step that reads what is not known yet; its parts are known but for these inputs."""
        self._expect(node, step)
        more = f" and {len(on) - 2} more" if len(on) > 2 else ""
        depends = f"depends on what comes out of {', '.join(on[:2])}{more}"
        if not self.scope.computes(node.stage, node.subject):
            reasons = ["not chosen: taken from the store if it is there", depends]
            return planned(node, "blocked", reasons)
        before = self.history.last(node)
        if before is None:
            reasons = ["never run before", depends]
        else:
            reasons = [*(self._known_changes(before, step) if step else []), depends]
        return self._timed(node, "may run", reasons)

    def _expect(self, node: Node, step: Step | None) -> None:
        """Note what can be expected of a step that is not done yet."""
        self.open.add(node)
        before = self.history.last(node)
        made = self.history.manifest(before) if before else None
        if made is not None:
            parts = step.parts if step else None
            asked = node.stage in self.refresh
            self.results[node] = stand_in(
                node, made, parts, lambda output: not asked and self._is_whole(output)
            )

    def _is_whole(self, output: Output) -> bool:
        return all(path.is_file() for path in self.artifacts.paths(output))

    def _known_changes(self, before: Entry, step: Step) -> list[str]:
        """What changed in a step as far as its inputs are known."""
        then = before.parts.inputs if before.parts else {}
        unknown = {role: then[role] for role in unknown_inputs(step) if role in then}
        parts = step.parts.model_copy(update={"inputs": {**step.parts.inputs, **unknown}})
        rows = self._rows_now(step)
        return changes(self.artifacts, self.history, before, parts, rows)

    def _rows_now(self, step: Step) -> RowsOf:
        def rows(role: str) -> pa.Table | None:
            if step.stage != "ingest":
                return split_rows(self.artifacts, step.inputs.get(role))
            spec = self.scope.dataset(step.subject).snapshot
            return source_rows(spec, role.partition("/")[0], self.scope.catalog.folder)

        return rows

    def _why(self, step: Step) -> list[str]:
        return why_not_there(self.artifacts, self.history, step, self._rows_now(step))

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
        seconds = self.history.seconds(node, self._family(node))
        return planned(node, verdict, reasons, step, seconds=seconds, rows=rows)

    def _family(self, node: Node) -> str | None:
        of_model = node.stage in {"finetune", "extract"}
        return self.scope.model(node.subject.split("/")[0]).family if of_model else None


def _rows_read(manifest: Manifest) -> int | None:
    splits, rows = manifest.facts.get("splits"), manifest.facts.get("rows")
    if isinstance(splits, dict):
        return sum(counts["rows_read"] for counts in splits.values())  # type: ignore[index, call-overload, misc]
    return rows if isinstance(rows, int) else None


def _words(error: BaseException) -> str:
    return f"{error.place}: {error.found}" if isinstance(error, TickertoneError) else repr(error)
