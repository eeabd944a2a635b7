"""What the tasks of all stages have in common.

A stage's task takes (step, workspace) and returns (manifest, whether it had to be made). Both come
back the same from Prefect's JSON record. It has no timeout, since a thread cannot be interrupted.
"""

from functools import partial

from prefect import get_run_logger, task
from prefect.tasks import exponential_backoff

from tasks.caching import ByFingerprint
from tasks.retrying import retry_may_help
from tickertone.dag.execute import execute
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace

stage_task = partial(
    task,
    cache_policy=ByFingerprint(),
    persist_result=True,
    result_serializer="json",
    cache_result_in_memory=False,  # a record removed as stale must not live on in memory
    retries=3,
    retry_delay_seconds=exponential_backoff(backoff_factor=2),
    retry_jitter_factor=0.5,
    retry_condition_fn=retry_may_help,
)


def carry_out(step: Step, workspace: Workspace) -> tuple[Manifest, bool]:
    """Do the step, or adopt it; its progress goes to the log of this task run."""
    return execute(step, workspace, get_run_logger().info)
