"""When Prefect may take a step's result from an earlier run, also of another process or server.

The library has computed the fingerprint before the task starts; the policy only reads it. Prefect
looks for its own record of the result and never at the files which that names, so a record that
no whole manifest stands behind is removed here: then that one step runs again.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect.cache_policies import CachePolicy
from prefect.context import TaskRunContext

from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Step
from tickertone.workspace import Workspace


@dataclass
class ByFingerprint(CachePolicy):
    """For tasks with the parameters `step` and `workspace`."""

    def compute_key(
        self,
        task_ctx: TaskRunContext,  # noqa: ARG002
        inputs: dict[str, Any],
        flow_parameters: dict[str, Any],  # noqa: ARG002
        **_: Any,
    ) -> str:
        """Such as "finetune-0123456789abcdef01234567"; also drops a record that must not hit."""
        step: Step = inputs["step"]
        workspace: Workspace = inputs["workspace"]
        if step.refresh or Artifacts(workspace).find(step) is None:
            record(step, workspace).unlink(missing_ok=True)
        return record(step, workspace).name


def record(step: Step, workspace: Workspace) -> Path:
    """Prefect's record of one step; its name is the cache key."""
    return workspace.prefect_results / f"{step.stage}-{step.fingerprint[:24]}"
