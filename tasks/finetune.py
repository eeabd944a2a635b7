"""Task of the stage "finetune"."""

from tasks.limits import training_places
from tasks.stage_task import carry_out, stage_task
from tickertone.dag.expected_memory import memory_of_training
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="finetune", task_run_name="finetune {step.subject}", tags=["model", "training"])
def finetune(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Train one model in a process of its own, once there is a place for it."""
    with training_places(memory_of_training(step.subject, workspace)) as threads:
        noted = step.model_copy(update={"notes": {**step.notes, "threads": threads}})
        return carry_out(noted, workspace)
