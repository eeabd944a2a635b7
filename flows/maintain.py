"""Looking after the store: read all that is kept, and say what could be pruned.

    verify -> prune (dry run)

Nothing is changed; what to do about a finding stands in the artifact `verify`.
"""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from tasks.prune import look_for_prunable
from tasks.verify import verify
from tickertone.workspace import Workspace

_TOLD = 3  # findings in the message; all of them are in the artifact


@flow(name="maintain", flow_run_name="maintain")
def maintain() -> State[Any]:
    """Check every file and row that is kept; fails if any is not as it was written."""
    workspace = Workspace.find()
    verdict = verify(workspace)
    found = look_for_prunable(workspace)
    megabytes = sum(item.bytes for item in found) / 1e6
    message = f"{verdict}\n{megabytes:,.1f} MB could be freed: tickertone prune --yes"
    if not verdict.findings:
        return Completed(message=message)
    told = [f"{finding.where}: {finding.wrong}" for finding in verdict.findings[:_TOLD]]
    told += [f"and {len(verdict.findings) - _TOLD:,} more"] * (len(verdict.findings) > _TOLD)
    remedy = "set aside what is damaged: tickertone verify --mend"
    return Failed(message="\n".join([message, *told, remedy]))
