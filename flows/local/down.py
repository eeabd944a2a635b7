"""`make down`: end the worker with its runs, note these as cancelled, and end the server."""

import sys
from datetime import UTC, datetime

from flows.local import processes, server, settings
from flows.local.cancel import cancel_runs_of_deployments
from flows.local.up import is_worker, services
from tickertone.errors import TickertoneError
from tickertone.workspace import Workspace


def main() -> int:
    """Bring everything down; the exit status."""
    try:
        workspace = Workspace.find(settings.CHECKOUT)
    except TickertoneError as error:
        print(error, file=sys.stderr)
        return 1
    began = datetime.now(UTC)
    found = services(workspace)
    workers = [*filter(is_worker, found)]
    processes.stop(workers)  # first: it still has states to report to the server
    processes.stop([process for process in services(workspace) if not server.is_one(process)])
    _cancel_what_was_cut_short(workspace, began)
    processes.stop(services(workspace))
    for note in (server.address_file(workspace), workspace.prefect / "worker.json"):
        note.unlink(missing_ok=True)
    print(f"stopped {len(found)} processes" if found else "nothing was running")
    return 0


def _cancel_what_was_cut_short(workspace: Workspace, began: datetime) -> None:
    # A busy machine's server is slow just now; one that is gone refuses at once.
    api = server.running(workspace, patience=60)
    try:
        if api is not None and (cancelled := cancel_runs_of_deployments(api, began)):
            print(f"cut short, and noted as cancelled: {cancelled} run{'s' * (cancelled > 1)}")
    except OSError as error:  # all goes down nevertheless: that is what was asked for
        print(f"runs that were cut short could not be noted as cancelled: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
