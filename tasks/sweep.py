"""Task of the stage "sweep"."""

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="sweep", task_run_name="sweep {step.subject}", tags=["ensemble"])
def sweep(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Fit one combiner on few labels, at every budget and in every draw, and score it."""
    return carry_out(step, workspace)
