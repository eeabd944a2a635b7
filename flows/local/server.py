"""Prefect's server on 127.0.0.1: the one of `make up`, or a private one for a single run.

Both keep their history in the same SQLite file, so `make up` later shows what private runs did.
"""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

from flows.local import processes, settings
from tickertone.errors import StoreError
from tickertone.store.files import locked
from tickertone.workspace import Workspace

HOST = "127.0.0.1"
_APP = "prefect.server.api.server:create_app"
_PATIENCE = 180.0  # seconds until a server must answer: the first start creates the database


class Server(NamedTuple):
    """A server that answers."""

    api: str
    private: bool  # for one run alone


def api_url(port: int) -> str:
    """The address of the API of a server on this machine."""
    return f"http://{HOST}:{port}/api"


def address_file(workspace: Workspace) -> Path:
    """Where the server of `make up` leaves its address and pid."""
    return settings.home(workspace) / "server.json"


def running(workspace: Workspace) -> str | None:
    """The API of the server of `make up`, if it answers."""
    try:
        url = str(json.loads(address_file(workspace).read_text())["api"])
    except (OSError, ValueError, KeyError):
        return None
    return url if healthy(url) else None


def healthy(api: str) -> bool:
    """Whether a server answers there."""
    try:
        with urllib.request.urlopen(f"{api}/health", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


def start(
    workspace: Workspace, port: int, *, private: bool, mark: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a server; returns once it answers. Raises StoreError if it does not."""
    log = settings.home(workspace) / "logs" / ("private-server.log" if private else "server.log")
    environment = settings.server(workspace, private=private) | (mark or {})
    environment |= {"PREFECT_SERVER_API_HOST": HOST, "PREFECT_SERVER_API_PORT": str(port)}
    command = [sys.executable, "-m", "uvicorn", "--factory", _APP]
    command += ["--host", HOST, "--port", str(port), "--timeout-graceful-shutdown", "3"]
    # Two first starts at once would both create the tables.
    with locked(workspace.locks / "prefect-server-start.lock"):
        process = processes.spawn(
            command,
            environment=environment,
            folder=settings.CHECKOUT,
            log=log,
            at_our_death=signal.SIGTERM if private else None,
        )
        try:
            _wait_until_healthy(process, api_url(port), log)
        except BaseException:
            processes.stop([psutil.Process(process.pid)])
            raise
    return process


def is_one(process: psutil.Process) -> bool:
    """Whether a process is a server, or one that a server started."""
    try:
        return any(_APP in p.cmdline() for p in [process, *process.parents()])
    except psutil.Error:  # it has ended meanwhile
        return False


@contextmanager
def for_one_run(workspace: Workspace) -> Iterator[Server]:
    """The server to use for one run: that of `make up`, else a private one, stopped at the end."""
    if (api := running(workspace)) is not None:
        yield Server(api, private=False)
        return
    port = free_port()
    process = start(workspace, port, private=True)
    try:
        yield Server(api_url(port), private=True)
    finally:
        processes.stop([psutil.Process(process.pid)])


def _wait_until_healthy(process: subprocess.Popen[bytes], api: str, log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while not healthy(api):
        if process.poll() is not None or time.monotonic() > end:
            raise StoreError(
                "Prefect server",
                found="it ended at its start" if process.poll() is not None else "no answer",
                expected=f"an answer at {api}/health within {_PATIENCE:.0f} s",
                remedy=f"read the end of {log}",
            )
        time.sleep(0.1)
