"""Task of the stage "combine"."""

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="combine", task_run_name="combine {step.subject}", tags=["ensemble"])
def combine(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Fit one combiner on labels that are not the test's, and apply it to the test texts."""
    return carry_out(step, workspace)
