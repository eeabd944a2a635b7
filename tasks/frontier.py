"""Task of the stage "frontier"."""

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="frontier", task_run_name="frontier {step.subject}", tags=["ensemble"])
def frontier(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Set the accuracy of ever larger ensembles against what they cost."""
    return carry_out(step, workspace)
