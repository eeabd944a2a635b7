"""Task of the stage "finetune"."""

from tasks.limits import training_slot
from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="finetune", task_run_name="finetune {step.subject}", tags=["model", "training"])
def finetune(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Train one model in a process of its own, once a training slot is free."""
    with training_slot():
        return carry_out(step, workspace)
