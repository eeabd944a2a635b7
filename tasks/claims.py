"""Task of the stage "claims"."""

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="claims", task_run_name="claims {step.subject}", tags=["ensemble"])
def claims(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Hold what a paper says against what was measured, and say which claims hold."""
    return carry_out(step, workspace)
