"""Task of the stage "validate"."""

from threading import Lock

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace

# Great Expectations keeps its current context in a global: two suites in threads would mix theirs.
_ONE_SUITE_AT_A_TIME = Lock()


@stage_task(name="validate", task_run_name="validate {step.subject}", tags=["data"])
def validate(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Check one data set's snapshots, carve dev, and mark near-twins of training rows."""
    with _ONE_SUITE_AT_A_TIME:
        return carry_out(step, workspace)
