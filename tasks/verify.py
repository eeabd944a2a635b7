"""Task of the flow maintain: is all that is kept still what was written?"""

from prefect import get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from tasks.retrying import retry_may_help
from tickertone.dag.verify import verify as verify_store
from tickertone.store.findings import Verdict
from tickertone.workspace import Workspace


@task(
    name="verify",
    tags=["store"],
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=60,
    retry_condition_fn=retry_may_help,
)
def verify(workspace: Workspace) -> Verdict:
    """Read every file and every row; artifact `verify` names each that is not as written."""
    verdict = verify_store(workspace)
    get_run_logger().info("%s", verdict)
    create_table_artifact(
        key="verify",
        table=[finding.model_dump(exclude={"aside"}) for finding in verdict.findings],
        description="\n\n".join([str(verdict), *verdict.notes]),
    )
    return verdict
