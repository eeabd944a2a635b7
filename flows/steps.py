"""How a flow does the steps of a stage, and how it ends."""

from collections.abc import Iterable, Sequence
from typing import Any

from prefect import Task, get_run_logger
from prefect.client.schemas.objects import State
from prefect.futures import as_completed
from prefect.states import Completed, Failed

from tasks.publishing import publish_plan
from tickertone.catalog.load import load_catalog
from tickertone.dag.plan import plan
from tickertone.dag.planned import Plan
from tickertone.dag.run import Run
from tickertone.dag.scope import Scope
from tickertone.dag.summary import Summary, rows_set_aside
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace

PROGRESS = "progress"  # child logger of the run's, for one line a finished step


_prepared: list[tuple[object, Plan]] = []  # at most one: of the run that is about to begin


def prepare(
    workspace: Workspace, experiment: str, models: Iterable[str], refresh: Iterable[str]
) -> None:
    """Plan the run that is about to begin, for `announce`. Never raises: the run says it better."""
    try:
        scope = Scope.of(load_catalog(workspace.data), experiment, models)
        asked = _asked(workspace, scope, refresh)
        _prepared[:] = [(asked, plan(workspace, scope, refresh))]
    except Exception:  # noqa: BLE001
        _prepared.clear()


def announce(run: Run) -> None:
    """Publish what the run is going to do. That is told, not needed: failing to is a warning."""
    asked = _asked(run.workspace, run.scope, run.refresh)
    found = [planned for key, planned in _prepared if key == asked]
    _prepared.clear()
    try:
        publish_plan(found[0] if found else plan(run.workspace, run.scope, run.refresh))
    except Exception as error:  # noqa: BLE001 - whatever a plan stumbles over, the run will name it
        run.warnings.append(f"no plan: {error!r}")


def _asked(workspace: Workspace, scope: Scope, refresh: Iterable[str]) -> object:
    return workspace.root, scope.name, scope.chosen, frozenset(refresh)


def carry_out(run: Run, stage: Task[Any, Any]) -> dict[str, Manifest]:
    """Do the steps of a stage, those of one wave side by side.

    Returns the manifests of those that succeeded, by subject.
    """
    task = stage.with_options(result_storage=run.workspace.prefect_results)
    manifests = {}
    for wave in run.waves(stage.name):
        waiting = {task.submit(step, run.workspace): step for step in wave}
        for future in as_completed([*waiting]):
            future.wait()  # it is handed out when it has ended, a little before its state says so
            step = waiting[future]
            if (manifest := _note(run, step, future.state)) is not None:
                manifests[step.subject] = manifest
    return dict(sorted(manifests.items()))


def _note(run: Run, step: Step, state: State[Any]) -> Manifest | None:
    log = get_run_logger().getChild(PROGRESS)
    result = state.result(raise_on_failure=False)
    if not state.is_completed():
        run.failed(step, result)
        log.error("%s failed: %s", step.name, result, extra={"step": step.name})
        return None
    recorded, made = result
    # Prefect's record may be older than the artifact, which is the truth.
    manifest = Artifacts(run.workspace).read(step.stage, step.fingerprint) or recorded
    made = made and state.name != "Cached"
    seconds = float(manifest.facts["seconds"]) if made else 0.0
    run.done(step, manifest, made, seconds)
    words = f"computed in {seconds:.1f} s" if made else "cached"
    if made and (aside := rows_set_aside(manifest)):
        words += f", {aside}"
    log.info("%s %s", step.name, words, extra={"step": step.name, "cached": not made})
    return manifest


def conclude(summary: Summary, models: Sequence[str]) -> State[Any]:
    """The final state of the run: it names what failed, and the command that resumes."""
    if not summary.failures:
        return Completed(message=str(summary))
    return Failed(message=f"{summary}\nresume with: {resume_command(summary.experiment, models)}")


def resume_command(experiment: str, models: Sequence[str]) -> str:
    """What to type to do what is left; what is finished is kept, refreshed stages included."""
    return " ".join(["tickertone run", experiment, *(f"--model {model}" for model in models)])
