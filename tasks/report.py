"""Task of the stage "report"."""

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="report", task_run_name="report {step.subject}", tags=["ensemble"])
def report(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Write the experiment's page: one HTML file that opens without a network."""
    return carry_out(step, workspace)
