"""Task of the stage "ingest"."""

from tasks.stage_task import carry_out, stage_task
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace


@stage_task(name="ingest", task_run_name="ingest {step.subject}", tags=["data"])
def ingest(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Read one pinned source into a Parquet snapshot a split; bad rows go to quarantine."""
    return carry_out(step, workspace)
