"""Task of the stage "transfer"."""

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="transfer", task_run_name="transfer {step.subject}", tags=["ensemble"])
def transfer(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Score how well each member should do on a target, and how well that is foretold."""
    return carry_out(step, workspace)
