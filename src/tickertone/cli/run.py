"""`tickertone run`: the flow `nightly` in a process of its own, then the leaderboard."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from tickertone.errors import ConfigError, StoreError
from tickertone.workspace import HOME_VARIABLE, Workspace

_STAGES = (
    "ingest, validate, finetune, extract, transfer, combine, sweep, uncertainty, frontier, "
    "evaluate, budgets, claims, report"
)
_SIGNALS = 128  # exit statuses from here on: a signal ended it


def run(
    experiment: Annotated[str, typer.Argument(help="a file of data/experiments, without .yaml")],
    model: Annotated[
        list[str] | None,
        typer.Option(help="only this model, or group (may be repeated); others as stored"),
    ] = None,
    refresh: Annotated[
        list[str] | None, typer.Option(help=f"a stage to compute anew ({_STAGES}); may be repeated")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Prefect's own log")] = False,
) -> None:
    """Run an experiment: recompute what changed, print the leaderboard and the report's path."""
    from tickertone.catalog.load import load_catalog
    from tickertone.dag.graph import check_stages
    from tickertone.dag.scope import Scope

    workspace = Workspace.find()
    # A misspelt name is told here, before a server is started.
    scope = Scope.of(load_catalog(workspace.data), experiment, model or ())
    check_stages(refresh or ())
    arguments = [experiment]
    for name in scope.chosen if model else ():
        arguments += ["--model", name]
    for stage in refresh or ():
        arguments += ["--refresh", stage]
    if verbose:
        arguments.append("--verbose")
    arguments += ["--tied", str(os.getpid())]
    # The library does not import the flows: they are told apart by a process boundary.
    command = [sys.executable, "-m", "flows.run", *arguments]
    place = {**os.environ, HOME_VARIABLE: str(workspace.root)}
    code = _supervise(command, place)
    if code < _SIGNALS:
        _show(workspace, experiment, failed=code != 0)
    raise typer.Exit(code)


def _flows() -> Path:
    """The checkout that this package is installed from: flows/ and tasks/ lie in it."""
    root = Path(__file__).resolve().parents[3]
    if not (root / "flows" / "nightly.py").is_file():
        raise ConfigError(
            str(root),
            found="no flows/nightly.py",
            expected="the checkout, with the package installed from it",
            remedy="pip install --editable . in the checkout",
        )
    return root


def _supervise(command: list[str], environment: dict[str, str]) -> int:
    """The exit status of the flow. SIGINT and SIGTERM are passed on to it."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopped.append(number))
    process = subprocess.Popen(command, cwd=_flows(), env=environment)  # noqa: S603 - our own words
    signal.signal(signal.SIGTERM, lambda _number, _frame: process.terminate())
    if stopped:
        process.terminate()
    while True:
        try:
            _get_ready()
            return process.wait()
        except KeyboardInterrupt:  # perhaps of us alone, and not of all that a terminal runs
            process.send_signal(signal.SIGINT)


def _get_ready() -> None:
    """Import what shows the leaderboard, while the run is under way."""
    import duckdb  # noqa: F401
    import rich.table  # noqa: F401

    import tickertone.cli.results  # noqa: F401


def _show(workspace: Workspace, experiment: str, *, failed: bool) -> None:
    from tickertone.cli.results import print_leaderboard

    try:
        print_leaderboard(workspace, experiment)
    except StoreError as error:  # the run's own status counts, not that of showing it
        print(f"no leaderboard: {error}", file=sys.stderr)
    page = workspace.report_page(experiment)
    if page.is_file():
        here = page.is_relative_to(Path.cwd())
        print(f"report: {page.relative_to(Path.cwd()) if here else page}")
    if failed:
        print("this run failed: what its failed branches would have made is as it was before")
