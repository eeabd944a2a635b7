"""Task of the stage "uncertainty"."""

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="uncertainty", task_run_name="uncertainty {step.subject}", tags=["ensemble"])
def uncertainty(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Make prediction sets from few labels, and see how sure predictions can be."""
    return carry_out(step, workspace)
