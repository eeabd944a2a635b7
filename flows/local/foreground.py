"""The flow in this process, watched from a terminal: one line a finished step, and a summary.

Started by flows.run with Prefect's settings in the environment. Ends 0 if the run completed, 1 if
it failed, 2 if it could not begin. SIGHUP (Prefect wants SIGTERM for itself) ends it at once: each
step is finished or will be done again, so all that is left is to note the run as cancelled.
"""

import argparse
import os
import signal
import sys
from contextlib import nullcontext, suppress
from importlib import import_module
from types import FrameType
from typing import Any

import psutil
from rich.console import Console
from rich.markup import escape

from flows.local import processes
from flows.local.progress import shown
from flows.run import LEAVE, parser
from tickertone.dag.graph import STAGES, planner
from tickertone.errors import ConfigError, TickertoneError
from tickertone.identity.code import remember_all_code
from tickertone.workspace import Workspace

_USED_BY_EVERY_RUN = ("duckdb", "prefect.artifacts", "pyarrow.parquet")  # imported late otherwise
_LAST_WORD = 3  # seconds to tell the server that the run is cancelled


def main(arguments: list[str] | None = None) -> int:
    """Run the flow; the exit status."""
    options = parser().parse_args(arguments)
    console = Console(stderr=True, soft_wrap=True)
    signal.signal(LEAVE, _cancel)
    _get_ready(options)
    if options.held and not processes.wait_for_release():
        return 2  # there is no server; whoever started us says why
    from prefect.exceptions import ParameterTypeError

    state = _run(options, console)
    if state.is_completed():
        console.print(escape(state.message), style="bold", highlight=False)
        return 0
    error = state.result(raise_on_failure=False)
    refused = isinstance(error, ParameterTypeError | ConfigError)
    said = str(error) if refused or isinstance(error, TickertoneError) else state.message
    console.print(escape(said), style="bold red", highlight=False)
    return 2 if refused else 1


def _get_ready(options: argparse.Namespace) -> None:
    """Do what needs no server: a private one takes seconds to start, on another core."""
    remember_all_code()  # before the stages are imported
    for name in ("flows.nightly", *_USED_BY_EVERY_RUN):
        import_module(name)
    for stage in STAGES:
        planner(stage)
    from flows.steps import prepare

    prepare(Workspace.find(), options.experiment, options.model, options.refresh)


def _run(options: argparse.Namespace, console: Console) -> Any:
    from flows.nightly import nightly
    from tasks.limits import free_all_slots

    if options.alone:
        free_all_slots()
    with nullcontext() if options.verbose else shown(console):
        return nightly(
            experiment=options.experiment,
            models=options.model,
            refresh=options.refresh,
            return_state=True,
        )


def _cancel(_signal: int, _frame: FrameType | None) -> None:
    """Stop trainings, note the run as cancelled, and leave: threads cannot be waited for."""
    signal.signal(LEAVE, signal.SIG_IGN)
    signal.alarm(_LAST_WORD)  # ends us, should the server be gone as well
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has ended meanwhile
            child.terminate()
    try:  # the signal may have come while these were being imported
        from prefect.client.orchestration import get_client
        from prefect.context import FlowRunContext
        from prefect.states import Cancelled

        context = FlowRunContext.get()
        if context is not None and context.flow_run is not None:
            with get_client(sync_client=True) as client:
                client.set_flow_run_state(context.flow_run.id, Cancelled(), force=True)
    finally:
        os._exit(128 + LEAVE)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except TickertoneError as mistake:  # a catalog that cannot be read when the flow is loaded
        print(mistake, file=sys.stderr)
        sys.exit(2)
