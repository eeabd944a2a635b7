"""One run of one experiment: hands out the steps that can be done now, and notes what came of them.

It neither does a step nor knows who does: a Prefect task, a loop in a notebook, a test.
"""

import time
from collections import Counter
from collections.abc import Iterable

from tickertone.catalog.load import load_catalog
from tickertone.dag.drift_gate import accept, check_drift
from tickertone.dag.execute import execute
from tickertone.dag.graph import STAGES, nodes, planner
from tickertone.dag.planner import Node, Results
from tickertone.dag.scope import Scope, catalog_rows
from tickertone.errors import ConfigError, TickertoneError
from tickertone.frozen import Frozen
from tickertone.stages.work import Say
from tickertone.store.indexer import index_manifests, index_runs
from tickertone.store.journal import Entry, Journal, Kind
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


class Summary(Frozen):
    """What a run did, in numbers and in one sentence a failure."""

    run: str
    experiment: str
    computed: int
    cached: int
    blocked: int
    failures: tuple[str, ...]
    warnings: tuple[str, ...] = ()

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


class Run:
    """The state of one run."""

    def __init__(self, workspace: Workspace, scope: Scope, refresh: Iterable[str] = ()) -> None:
        self.workspace = workspace
        self.scope = scope
        self.refresh = frozenset(refresh)
        self.journal = Journal(workspace, scope.name)
        self._manifests: dict[Node, Manifest] = {}
        self._indexed: set[Node] = set()
        self.warnings: list[str] = []

    @classmethod
    def open(
        cls,
        workspace: Workspace,
        experiment: str,
        models: Iterable[str] = (),
        refresh: Iterable[str] = (),
    ) -> "Run":
        """Load the catalog and start a run; raises ConfigError."""
        refresh = tuple(refresh)
        for stage in refresh:
            if stage not in STAGES:
                raise ConfigError("refresh", found=f"{stage!r}", expected=", ".join(STAGES))
        scope = Scope.of(load_catalog(workspace.data), experiment, models)
        return cls(workspace, scope, refresh)

    @property
    def id(self) -> str:
        """The name of the run: when it began, and three random bytes."""
        return self.journal.run

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages, in order."""
        return STAGES

    def steps(self, stage: str) -> list[Step]:
        """The steps of a stage that can be done now; the others are noted as blocked or failed."""
        plan = planner(stage)
        results = Results(self._manifests)
        ready: list[Step] = []
        for node in nodes(self.scope, stage):
            lacking = [n for n in plan.needs(self.scope, node.subject) if not results.has(n)]
            if lacking:
                self._note(node, "blocked", message=f"needs {', '.join(map(str, lacking))}")
                continue
            try:
                self._gate(node)
                step = plan.step(self.scope, node.subject, results)
            except TickertoneError as error:
                self._note(node, "failed", message=str(error))
                continue
            ready.append(step.model_copy(update={"refresh": stage in self.refresh}))
        return ready

    def done(self, step: Step, manifest: Manifest, made: bool, seconds: float) -> None:
        """Note that a step succeeded, computed or adopted."""
        node = Node(step.stage, step.subject)
        self._manifests[node] = manifest
        if step.stage == "validate":
            accept(self.workspace, step.subject, self._manifests[Node("ingest", step.subject)])
        self._note(node, "computed" if made else "cached", step, seconds)

    def _gate(self, node: Node) -> None:
        """A snapshot must resemble the last accepted one before it is validated."""
        if node.stage == "validate":
            name = node.subject
            ingested = self._manifests[Node("ingest", name)]
            self.warnings += check_drift(self.workspace, name, self.scope.dataset(name), ingested)

    def failed(self, step: Step, error: BaseException, seconds: float = 0.0) -> None:
        """Note that a step failed; what needs it will be blocked."""
        message = str(error) if isinstance(error, TickertoneError) else f"{error!r}"
        self._note(Node(step.stage, step.subject), "failed", step, seconds, message)

    def index(self, _what: str = "") -> int:
        """Load what is new into DuckDB; the number of rows added."""
        fresh = {
            (n.stage, n.subject): self._manifests[n] for n in self._manifests.keys() - self._indexed
        }
        added = index_manifests(self.workspace, fresh, catalog_rows(self.scope))
        self._indexed |= self._manifests.keys()
        return added

    def close(self) -> Summary:
        """Load what is left, and the journal of this run; raises StoreError."""
        self.index()
        index_runs(self.workspace, self.journal.path)
        return self.summary()

    def summary(self) -> Summary:
        """What was done so far."""
        count = Counter(entry.outcome for entry in self.journal.entries)
        return Summary(
            run=self.id,
            experiment=self.scope.name,
            computed=count["computed"],
            cached=count["cached"],
            blocked=count["blocked"],
            failures=tuple(
                f"{entry.step} failed: {entry.message}"
                for entry in self.journal.entries
                if entry.outcome == "failed"
            ),
            warnings=tuple(self.warnings),
        )

    def _note(
        self,
        node: Node,
        outcome: Kind,
        step: Step | None = None,
        seconds: float = 0.0,
        message: str = "",
    ) -> None:
        self.journal.add(
            Entry(
                run=self.id,
                experiment=self.scope.name,
                stage=node.stage,
                subject=node.subject,
                outcome=outcome,
                fingerprint=step.fingerprint if step else None,
                parts=step.parts if step else None,
                seconds=round(seconds, 3),
                message=message,
            )
        )


def run_here(run: Run, say: Say) -> Summary:
    """Do a whole run in this process, one step after the other, without Prefect."""
    for stage in run.stages:
        for step in run.steps(stage):
            began = time.monotonic()
            try:
                manifest, made = execute(step, run.workspace, say)
            except (TickertoneError, OSError) as error:
                run.failed(step, error, time.monotonic() - began)
            else:
                run.done(step, manifest, made, time.monotonic() - began)
    return run.close()
