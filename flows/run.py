"""`python -m flows.run EXPERIMENT`: the flow nightly from a terminal, with no server to set up.

Uses the server of `make up` where it runs, else a private one for this run. This process only
watches over that server and over the flow's process, so that whatever ends it leaves neither
behind. Exit status: that of the flow's process (0 completed, 1 failed, 2 could not begin), 130
after Ctrl-C, 143 after SIGTERM.
"""

import argparse
import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import psutil

from flows.local import processes, server, settings
from tickertone.cli.mistakes import in_words
from tickertone.errors import TickertoneError
from tickertone.store.disk import require_room
from tickertone.workspace import Workspace

LEAVE = signal.SIGHUP  # tells the flow's process to end at once


def parser() -> argparse.ArgumentParser:
    """The arguments; the flow's process takes the same."""
    mine = argparse.ArgumentParser(prog="python -m flows.run", description="Run an experiment.")
    mine.add_argument("experiment", help="a file of data/experiments, without .yaml")
    mine.add_argument("--model", action="append", default=[], help="only this one; repeatable")
    mine.add_argument("--refresh", action="append", default=[], help="a stage to compute anew")
    mine.add_argument("--verbose", action="store_true", help="Prefect's own log as well")
    mine.add_argument("--tied", type=int, help=argparse.SUPPRESS)  # to the life of this parent
    mine.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    mine.add_argument("--held", action="store_true", help=argparse.SUPPRESS)  # wait for a server
    return mine


def main(arguments: list[str]) -> int:
    """Run the experiment; the exit status."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)
    if options.tied:
        processes.end_with_parent(signal.SIGTERM)
        if os.getppid() != options.tied:  # it had ended before we asked
            return 128 + signal.SIGTERM
    try:
        workspace = Workspace.find(settings.CHECKOUT)
        require_room(workspace.var)  # else the server would end at its start, and not say why
        with _only_run(workspace) as alone, server.for_one_run(workspace) as used:
            command = ["flows.local.foreground", *arguments, "--held"]
            command += ["--alone"] * (alone and used.private)
            return launch(workspace, used, command, verbose=options.verbose)
    except TickertoneError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {in_words(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; what is finished is kept", file=sys.stderr)
        return 130


def launch(
    workspace: Workspace, used: server.Server, command: list[str], *, verbose: bool = False
) -> int:
    """Run the flow's process (module and arguments) to its end, or end it with its descendants.

    It makes itself ready while the server starts, and is let go when that answers.
    """
    environment = {**os.environ, **settings.run(workspace, verbose=verbose)}
    environment["PREFECT_API_URL"] = used.api
    process = processes.spawn(
        [sys.executable, "-m", *command],
        environment=environment,
        folder=settings.CHECKOUT,
        at_our_death=LEAVE,
        held=True,
    )
    try:
        used.wait()
        processes.release(process)
        return process.wait()
    finally:
        if process.returncode is None:
            processes.stop([psutil.Process(process.pid)], LEAVE)


@contextmanager
def _only_run(workspace: Workspace) -> Iterator[bool]:
    """Whether no other run of this kind is under way; then slots still taken are those of the dead.

    Every run holds a shared flock as long as it lives.
    """
    workspace.locks.mkdir(parents=True, exist_ok=True)
    with (workspace.locks / "prefect-runs.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            alone = False
        fcntl.flock(file, fcntl.LOCK_SH)
        yield alone


def _interrupted(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Once: Ctrl-C reaches us from the terminal, and again from the command that started us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
