"""One run of one experiment: hands out the steps that can be done now, and notes what came of them.

It neither does a step nor knows who does: a Prefect task, a loop in a notebook, a test.
"""

import time
from collections.abc import Iterable, Iterator
from typing import IO

from tickertone.catalog.load import load_catalog
from tickertone.dag.catalog_rows import catalog_rows
from tickertone.dag.drift_gate import check_drift, remember_accepted
from tickertone.dag.execute import execute
from tickertone.dag.graph import STAGES, check_stages, planner, waves
from tickertone.dag.licences import licences_of
from tickertone.dag.planner import CANNOT_PLAN, Node, Results
from tickertone.dag.publish import publish
from tickertone.dag.scope import Scope
from tickertone.dag.summary import NOT_CHOSEN, Summary
from tickertone.errors import StepBlocked, StoreError, TickertoneError
from tickertone.frozen import JSON
from tickertone.identity.code import remember_all_code
from tickertone.stages.work import Say
from tickertone.store.artifacts import SHARDS, Artifacts
from tickertone.store.disk import disk_errors_in_words, require_room
from tickertone.store.in_use import enter
from tickertone.store.indexer import index_manifests
from tickertone.store.journal import Entry, Journal, Kind
from tickertone.store.manifest import Manifest, Step
from tickertone.store.rationales import RationaleSet
from tickertone.store.shards import ShardSet
from tickertone.workspace import Workspace


class Run:
    """The state of one run."""

    def __init__(self, workspace: Workspace, scope: Scope, refresh: Iterable[str] = ()) -> None:
        self.workspace = workspace
        self.scope = scope
        self.refresh = frozenset(refresh)
        self.journal = Journal(workspace)
        self._in_use: IO[str] | None = None
        self._manifests: dict[Node, Manifest] = {}
        self._indexed: set[Node] = set()
        self.warnings: list[str] = scope.warnings
        self._unpublished: list[str] = []

    @classmethod
    def open(
        cls,
        workspace: Workspace,
        experiment: str,
        models: Iterable[str] = (),
        refresh: Iterable[str] = (),
    ) -> "Run":
        """Load the catalog and start a run; raises ConfigError, or StoreError if it cannot write.

        Until it is closed, or this process ends, nothing is pruned or set aside.
        """
        remember_all_code()
        refresh = tuple(refresh)
        check_stages(refresh)
        scope = Scope.of(load_catalog(workspace.data), experiment, models)
        run = cls(workspace, scope, refresh)
        require_room(workspace.var)
        run._in_use = enter(workspace)
        return run

    @property
    def id(self) -> str:
        """The name of the run: when it began, and three random bytes."""
        return self.journal.run

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages, in order."""
        return STAGES

    def waves(self, stage: str) -> Iterator[list[Step]]:
        """The steps of a stage that can be done; the others are noted as blocked or failed.

        The next wave is to be asked for once that before is done: a model may start from a model.
        """
        for wave in waves(self.scope, stage):
            ready = [step for node in wave if (step := self._step(node))]
            if stage == "extract" and stage in self.refresh:
                for scorer in {str(step.parts.settings["scorer"]) for step in ready}:
                    artifacts = Artifacts(self.workspace)
                    ShardSet(artifacts.logits(scorer)).drop()
                    RationaleSet(artifacts.root / SHARDS, scorer).drop()
            yield ready

    def _step(self, node: Node) -> Step | None:
        """The step of a node, or None where it is blocked, failed, or taken from the store."""
        plan = planner(node.stage)
        results = Results(self._manifests)
        needed = plan.needs(self.scope, node.subject)
        lacking = [n for n in needed if not results.has(n)]
        if lacking:
            self._note(node, "blocked", message=f"needs {', '.join(map(str, lacking))}")
            return None
        try:
            self._gate(node)
            step = plan.step(self.scope, node.subject, results)
        except StepBlocked as error:
            self._note(node, "blocked", message=error.found)
            return None
        except CANNOT_PLAN as error:
            self._note(node, "failed", message=_words(error))
            return None
        if not self.scope.computes(node.stage, node.subject):
            self._take_from_store(step)
            return None
        licences: JSON = [*licences_of(self.scope, node, results)]
        refresh = node.stage in self.refresh
        return step.model_copy(update={"refresh": refresh, "facts": {"licences": licences}})

    def _take_from_store(self, step: Step) -> None:
        """A model that this run may not compute takes part if it is there already."""
        manifest = Artifacts(self.workspace).find(step)
        if manifest is None:
            self._note(Node(step.stage, step.subject), "blocked", step, message=NOT_CHOSEN)
        else:
            self.done(step, manifest, made=False, seconds=0.0)

    def _gate(self, node: Node) -> None:
        """A snapshot must resemble the last accepted one before it is validated."""
        if node.stage == "validate":
            name = node.subject
            ingested = self._manifests[Node("ingest", name)]
            self.warnings += check_drift(self.workspace, name, self.scope.dataset(name), ingested)

    def done(self, step: Step, manifest: Manifest, made: bool, seconds: float) -> None:
        """Note that a step succeeded, computed or adopted, and show people its pages.

        Raises StoreError if that cannot be written down; the run can then only end.
        """
        node = Node(step.stage, step.subject)
        manifest = Artifacts(self.workspace).restated(step, manifest)
        self._manifests[node] = manifest
        if step.stage == "validate":
            with disk_errors_in_words():
                ingested = self._manifests[Node("ingest", step.subject)]
                remember_accepted(self.workspace, step.subject, ingested)
        try:
            publish(self.workspace, step.subject, manifest)
        except OSError as error:  # the result stands; its page is put there by the next run
            remedy = "make way for it, and the next run puts it there"
            self._unpublished.append(
                f"the page of {step.name} could not be put where people look: {error}; {remedy}"
            )
        self._note(node, "computed" if made else "cached", step, seconds)

    def failed(self, step: Step, error: BaseException, seconds: float = 0.0) -> None:
        """Note that a step failed; what needs it will be blocked."""
        self._note(Node(step.stage, step.subject), "failed", step, seconds, _words(error))

    def index(self) -> int:
        """Load what is new into DuckDB; the number of rows added. Raises StoreError."""
        return self._load(journals=False)

    def _load(self, *, journals: bool) -> int:
        fresh = {
            (node.stage, node.subject): manifest
            for node, manifest in self._manifests.items()
            if node not in self._indexed
        }
        rows = catalog_rows(self.scope.catalog)
        added = index_manifests(self.workspace, fresh, rows, journals=journals)
        self._indexed |= self._manifests.keys()
        return added

    def close(self) -> Summary:
        """Load what is left, and the journal of this run.

        A failure to do so is in the summary, as is a page that people would find as it was before.
        """
        summary = self.summary()
        summary = summary.model_copy(update={"failures": (*summary.failures, *self._unpublished)})
        try:
            self._load(journals=True)
        except StoreError as error:
            failures = (*summary.failures, f"index failed: {error}")
            return summary.model_copy(update={"failures": failures})
        finally:
            if self._in_use is not None:
                self._in_use.close()
        return summary

    def summary(self) -> Summary:
        """What was done so far."""
        return Summary.of(self.id, self.scope.name, self.journal.entries, self.warnings)

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


def _words(error: BaseException) -> str:
    return str(error) if isinstance(error, TickertoneError) else repr(error)


def run_here(run: Run, say: Say) -> Summary:
    """Do a whole run in this process, one step after the other, without Prefect."""
    for stage in run.stages:
        for step in (step for wave in run.waves(stage) for step in wave):
            began = time.monotonic()
            try:
                manifest, made = execute(step, run.workspace, say)
            except Exception as error:  # noqa: BLE001 - whatever it died of, its siblings go on
                run.failed(step, error, time.monotonic() - began)
            else:
                run.done(step, manifest, made, time.monotonic() - began)
    return run.close()
