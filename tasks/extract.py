"""Task of the stage "extract"."""

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="extract", task_run_name="extract {step.subject}", tags=["model"])
def extract(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Score those texts of one data set that the model has not scored before."""
    return carry_out(step, workspace)
