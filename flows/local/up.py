"""`make up`: a Prefect server on this machine, the work pool, the deployments, and a worker.

May be called again at any time: what runs stays, what is missing is started, deployments are
brought up to date. Every process carries MARK in its environment, which descendants inherit;
`make down` ends whatever carries it.
"""

import argparse
import json
import os
import subprocess
import sys

import psutil

from flows.local import processes, server, settings
from tickertone.errors import ConfigError, StoreError, TickertoneError
from tickertone.store.files import write_durably
from tickertone.workspace import Workspace

MARK = "TICKERTONE_SERVICES_OF"
POOL = "tickertone"
PORT = 4200


def main(arguments: list[str]) -> int:
    """Bring everything up; the exit status."""
    options = argparse.ArgumentParser(prog="python -m flows.local.up", description="Start Prefect.")
    options.add_argument("--port", type=int, default=PORT)
    port = options.parse_args(arguments).port
    try:
        workspace = Workspace.find(settings.CHECKOUT)
        api = _server(workspace, port)
        _prefect(workspace, api, "work-pool", "create", POOL, "--type", "process", "--overwrite")
        _prefect(workspace, api, "deploy", "--all")
        _worker(workspace, api)
    except TickertoneError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Prefect is at {api.removesuffix('/api')} (stop it with: make down)")
    return 0


def _server(workspace: Workspace, port: int) -> str:
    if (api := server.running(workspace)) is not None:
        return api
    if not server.port_is_free(port):
        raise ConfigError(
            f"port {port}",
            found="something else listens on it",
            remedy="choose another one: make up PORT=4201",
        )
    process = server.start(workspace, port, _mark(workspace))
    api = server.api_url(port)
    note = json.dumps({"api": api, "pid": process.pid})
    write_durably(server.address_file(workspace), note.encode())
    return api


def _worker(workspace: Workspace, api: str) -> None:
    if any(map(is_worker, services(workspace))):
        return
    process = processes.spawn(
        [*_PREFECT, "worker", "start", "--pool", POOL, "--name", "local"],
        environment=_environment(workspace, api) | _mark(workspace),
        folder=settings.CHECKOUT,
        log=workspace.prefect / "logs" / "worker.log",
    )
    write_durably(workspace.prefect / "worker.json", json.dumps({"pid": process.pid}).encode())


def services(workspace: Workspace) -> list[psutil.Process]:
    """The server, the worker, and all that these have started."""
    return processes.marked(MARK, _mark(workspace)[MARK])


def is_worker(process: psutil.Process) -> bool:
    """Whether a process of the services is the worker."""
    try:
        return "worker" in process.cmdline()
    except psutil.Error:  # it has ended meanwhile
        return False


_PREFECT = [sys.executable, "-m", "prefect", "--no-prompt"]


def _prefect(workspace: Workspace, api: str, *command: str) -> None:
    """Prefect's own command line, which keeps quiet unless it fails."""
    done = subprocess.run(  # noqa: S603 - every word of it is ours
        [*_PREFECT, *command],
        cwd=settings.CHECKOUT,
        env=_environment(workspace, api),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StoreError(
            f"prefect {' '.join(command)}",
            found=f"{done.stdout}{done.stderr}".strip(),
            remedy="mend what it names; if that is none of yours, make down and make up again",
        )


def _environment(workspace: Workspace, api: str) -> dict[str, str]:
    return {**os.environ, **settings.base(workspace), "PREFECT_API_URL": api}


def _mark(workspace: Workspace) -> dict[str, str]:
    return {MARK: str(workspace.root)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
