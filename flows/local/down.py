"""`make down`: end the server and the worker of `make up`, and all that they have started."""

import sys

from flows.local import processes, server, settings
from flows.local.up import services
from tickertone.errors import TickertoneError
from tickertone.workspace import Workspace


def main() -> int:
    """Bring everything down; the exit status."""
    try:
        workspace = Workspace.find(settings.CHECKOUT)
    except TickertoneError as error:
        print(error, file=sys.stderr)
        return 1
    found = services(workspace)
    workers = [process for process in found if "worker" in process.cmdline()]
    processes.stop(workers)  # first: it still has states to report to the server
    processes.stop(services(workspace))
    for note in (server.address_file(workspace), settings.home(workspace) / "worker.json"):
        note.unlink(missing_ok=True)
    print(f"stopped {len(found)} processes" if found else "nothing was running")
    return 0


if __name__ == "__main__":
    sys.exit(main())
