"""The story of one step: when it was computed, what had changed, and what a run would do now."""

from difflib import get_close_matches

from tickertone.catalog.load import Catalog, load_catalog
from tickertone.dag import graph
from tickertone.dag.history import History
from tickertone.dag.plan import plan
from tickertone.dag.planned import PlannedStep
from tickertone.dag.planner import Node
from tickertone.dag.reasons import changes, rows_then
from tickertone.dag.scope import Scope
from tickertone.errors import ConfigError
from tickertone.frozen import Frozen
from tickertone.store.artifacts import Artifacts
from tickertone.store.journal import DONE, Entry, Kind
from tickertone.store.manifest import Step
from tickertone.workspace import Workspace

_AGAIN = "nothing had changed: its result was gone, or was asked for anew"


class Chapter(Frozen):
    """Once that a step was computed, failed, was vouched for, or went back to an older result."""

    run: str
    experiment: str
    finished_at: str
    outcome: Kind
    seconds: float
    reasons: tuple[str, ...]  # what had changed since the step last succeeded
    message: str = ""


class Story(Frozen):
    """What became of a step so far, oldest first."""

    step: str
    chapters: tuple[Chapter, ...]
    cached: int  # how many runs found it in the store
    experiment: str | None  # that `now` is planned for
    now: PlannedStep | None  # None where no experiment asks for this step any more


def story(workspace: Workspace, name: str) -> Story:
    """The story of a step such as "finetune minilm_full"; raises ConfigError if there is none."""
    catalog = load_catalog(workspace.data)
    history = History(workspace)
    asked_by = _asked_by(catalog)
    nodes = {str(node): node for node in asked_by} | history.steps
    if name not in nodes:
        raise _unknown(name, list(nodes))
    node = nodes[name]
    told = history.told(node)
    experiment = _latest(told, asked_by.get(node, []))
    return Story(
        step=name,
        chapters=tuple(_chapters(workspace, history, told)),
        cached=sum(entry.outcome == "cached" for entry in told),
        experiment=experiment,
        now=_now(workspace, catalog, experiment, name) if experiment else None,
    )


def _asked_by(catalog: Catalog) -> dict[Node, list[str]]:
    """Every step of the catalog, and the experiments that have it."""
    found: dict[Node, list[str]] = {}
    for experiment in catalog.experiments:
        scope = Scope.of(catalog, experiment)
        for stage in graph.STAGES:
            for node in graph.nodes(scope, stage):
                found.setdefault(node, []).append(experiment)
    return found


def _unknown(name: str, known: list[str]) -> ConfigError:
    near = get_close_matches(name, known, n=5, cutoff=0.5)
    near = near or [step for step in known if name.split("/")[0].split()[-1:] == step.split()[-1:]]
    return ConfigError(
        f"step {name!r}",
        found="no such step in any experiment or run",
        expected=", ".join(f'"{step}"' for step in near)
        or 'STAGE SUBJECT, such as "ingest tweets"',
        remedy="tickertone plan EXPERIMENT lists its steps",
    )


def _latest(told: list[Entry], experiments: list[str]) -> str | None:
    """Of the experiments that have the step, the one that was run last."""
    ran = [entry.experiment for entry in told if entry.experiment in experiments]
    candidates = ran or experiments[:1]
    return candidates[-1] if candidates else None


def _chapters(workspace: Workspace, history: History, told: list[Entry]) -> list[Chapter]:
    artifacts = Artifacts(workspace)
    chapters: list[Chapter] = []
    before: Entry | None = None  # the last time that it succeeded
    for entry in told:
        if _is_told(entry, before):
            reasons = _reasons(artifacts, history, before, entry)
            chapters.append(
                Chapter(
                    run=entry.run,
                    experiment=entry.experiment,
                    finished_at=entry.finished_at,
                    outcome=entry.outcome,
                    seconds=entry.seconds,
                    reasons=tuple(reasons),
                    message=entry.message,
                )
            )
        if entry.outcome in DONE:
            before = entry
    return chapters


def _is_told(entry: Entry, before: Entry | None) -> bool:
    """Nights that found what the last one left are no chapter, nor are those that never got there.

    To come back to an older result is one: a setting that was taken back.
    """
    if entry.outcome == "cached":
        return before is not None and before.fingerprint != entry.fingerprint
    return entry.outcome != "blocked"


def _reasons(
    artifacts: Artifacts, history: History, before: Entry | None, entry: Entry
) -> list[str]:
    if before is None:
        return ["the first time"]
    if entry.parts is None:  # it failed before it was known what it would read
        return []
    step = Step(subject=entry.subject, parts=entry.parts, inputs={})
    changed = changes(
        artifacts,
        history,
        before,
        step,
        lambda _step, role: rows_then(artifacts, history, entry, role),
    )
    return changed or [_AGAIN] * (entry.outcome == "computed")


def _now(workspace: Workspace, catalog: Catalog, experiment: str, name: str) -> PlannedStep | None:
    planned = plan(workspace, Scope.of(catalog, experiment)).steps
    return next((step for step in planned if step.step == name), None)
