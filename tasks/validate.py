"""Task of the stage "validate"."""

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="validate", task_run_name="validate {step.subject}", tags=["data"])
def validate(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Check one data set's snapshots, carve dev, and mark near-twins of training rows."""
    return carry_out(step, workspace)
