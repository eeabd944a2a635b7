"""Task of the DAG's "index": from manifests and shards into DuckDB."""

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from tasks.retrying import retry_may_help
from tickertone.dag.run import Run


@task(
    name="index",
    task_run_name="index",
    tags=["store"],
    cache_policy=NO_CACHE,  # it looks for itself what the database lacks
    persist_result=False,
    retries=3,
    retry_delay_seconds=2,
    retry_condition_fn=retry_may_help,
)
def index(run: Run) -> int:
    """Load what the database lacks; the number of rows added."""
    added = run.index()
    get_run_logger().info("%d rows added", added)
    return added
