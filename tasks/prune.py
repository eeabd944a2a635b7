"""Task of the flow maintain: what could be removed. It removes nothing."""

from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from tickertone.catalog.load import load_catalog
from tickertone.dag.reach import reach
from tickertone.store.prune import Prunable, by_kind, prunable
from tickertone.workspace import Workspace


@task(name="prune", tags=["store"], cache_policy=NO_CACHE, persist_result=False)
def look_for_prunable(workspace: Workspace) -> list[Prunable]:
    """What no experiment reaches any more; artifact `prune` sums it up by kind."""
    found = prunable(workspace, reach(workspace, load_catalog(workspace.data)))
    create_table_artifact(
        key="prune",
        table=[{"kind": k, "number": n, "MB": round(b / 1e6, 1)} for k, n, b in by_kind(found)],
        description="What `tickertone prune --yes` would remove.",
    )
    return found
