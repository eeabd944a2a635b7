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
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
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
    """A server that answers, or is about to."""

    api: str
    private: bool  # for one run alone
    wait: Callable[[], None]  # returns once it answers; raises StoreError if it does not


def api_url(port: int) -> str:
    """The address of the API of a server on this machine."""
    return f"http://{HOST}:{port}/api"


def address_file(workspace: Workspace) -> Path:
    """Where the server of `make up` leaves its address and pid."""
    return workspace.prefect / "server.json"


def running(workspace: Workspace, patience: float = 5.0) -> str | None:
    """The API of the server of `make up`, if it answers within so many seconds."""
    try:
        url = str(json.loads(address_file(workspace).read_text())["api"])
    except (OSError, ValueError, KeyError):
        return None
    return url if healthy(url, patience) else None


def healthy(api: str, patience: float = 5.0) -> bool:
    """Whether a server answers there within so many seconds."""
    try:
        with urllib.request.urlopen(f"{api}/health", timeout=patience) as answer:  # noqa: S310
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
    workspace: Workspace, port: int, mark: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start the server of `make up`; returns once it answers. Raises StoreError if it does not."""
    with _one_start_at_a_time(workspace):
        process = _spawn(workspace, port, private=False, mark=mark)
        try:
            _wait_until_healthy(process, api_url(port), _log(workspace, private=False))
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
    """The server to use for one run: that of `make up`, else a private one, stopped at the end.

    A private one takes seconds to answer, in which there is other work to do: call `wait` after it.
    """
    if (api := running(workspace)) is not None:
        yield Server(api, private=False, wait=lambda: None)
        return
    with ExitStack() as starting:
        starting.enter_context(_one_start_at_a_time(workspace))
        port = free_port()
        process = _spawn(workspace, port, private=True)

        def wait() -> None:
            _wait_until_healthy(process, api_url(port), _log(workspace, private=True))
            starting.close()

        try:
            yield Server(api_url(port), private=True, wait=wait)
        finally:
            processes.stop([psutil.Process(process.pid)])


def _one_start_at_a_time(workspace: Workspace) -> AbstractContextManager[None]:
    """Two first starts at once would both create the tables."""
    return locked(workspace.locks / "prefect-server-start.lock")


def _log(workspace: Workspace, *, private: bool) -> Path:
    return workspace.prefect / "logs" / ("private-server.log" if private else "server.log")


def _spawn(
    workspace: Workspace, port: int, *, private: bool, mark: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    environment = {**settings.server(workspace, private=private), **(mark or {})}
    environment |= {"PREFECT_SERVER_API_HOST": HOST, "PREFECT_SERVER_API_PORT": str(port)}
    command = [sys.executable, "-m", "uvicorn", "--factory", _APP]
    command += ["--host", HOST, "--port", str(port), "--timeout-graceful-shutdown", "3"]
    return processes.spawn(
        command,
        environment=environment,
        folder=settings.CHECKOUT,
        log=_log(workspace, private=private),
        at_our_death=signal.SIGTERM if private else None,
    )


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
