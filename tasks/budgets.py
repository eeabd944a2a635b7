"""Task of the stage "budgets"."""

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="budgets", task_run_name="budgets {step.subject}", tags=["ensemble"])
def budgets(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Put every option into one table by how many labels it was given."""
    return carry_out(step, workspace)
