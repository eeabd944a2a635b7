"""Task of the stage "evaluate"."""

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="evaluate", task_run_name="evaluate {step.subject}", tags=["ensemble"])
def evaluate(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Measure every model and combiner on one target, with intervals and paired tests."""
    return carry_out(step, workspace)
