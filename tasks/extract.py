"""Task of the stage "extract"."""

from threading import Lock

from tasks.secrets import hand_in_key
from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace

# The stage lets one model score at a time. Who waits for that here does not wait there, where it
# would count among the seconds that the step took, and so as the cost of its model.
_alone = Lock()


@stage_task(name="extract", task_run_name="extract {step.subject}", tags=["model"])
def extract(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Score those texts of one data set that the model has not scored before."""
    hand_in_key(step)
    with _alone:
        return carry_out(step, workspace)
