"""What it costs to find that nothing changed, beside DVC and beside Prefect alone.

    python -m benchmarks.noop EXPERIMENT      (of the checkout; every step must be in the store)

Whole commands are timed, in rounds of all of them. A run is split into Prefect's own overhead (an
empty flow of as many tasks), fingerprinting (timed alone, in a process of its own, imports left
out; part of it a run does while Prefect's server starts), and the rest: what is left of the run.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import dvc_twin
from benchmarks.cached_steps import Cached, cached_steps, not_cached
from benchmarks.rounds import Command, Round, difference, middle, ratio, rounds
from flows.local import server
from flows.local.settings import CHECKOUT
from tickertone.dag.plan import plan_experiment
from tickertone.errors import StoreBusy, TickertoneError
from tickertone.workspace import HOME_VARIABLE, Workspace

RUN, EMPTY, FINGERPRINTS = "tickertone run", "empty flow", "fingerprinting"
PLAN, REPRO, STATUS = "tickertone plan", "dvc repro", "dvc status"
MAY_COST = 1.0  # seconds that a run in which nothing changed may take longer than Prefect alone


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; the exit status: 0, or 1 if it could not be measured."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # leaves no twin
    workspace = Workspace.find(CHECKOUT)
    try:
        _check(workspace, options.experiment)
        cached = cached_steps(workspace, options.experiment)
        dvc = options.dvc or dvc_twin.installed()
        with tempfile.TemporaryDirectory(prefix="noop-", dir=options.folder) as scratch:
            twin = Path(scratch) / "dvc"
            twin.mkdir()
            dvc_twin.make_twin(twin, cached, dvc)
            commands = _commands(workspace, options.experiment, cached, Path(scratch), dvc)
            found = rounds(commands, options.rounds)
            dvc_twin.check(dvc, twin)
        _check(workspace, options.experiment)
    except TickertoneError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    figures = summed_up(options.experiment, cached, found)
    if options.as_json:
        print(json.dumps(figures, indent=1))
    else:
        _show(figures)
    return 0


def _parser() -> argparse.ArgumentParser:
    mine = argparse.ArgumentParser(prog="python -m benchmarks.noop", description=__doc__)
    mine.formatter_class = argparse.RawDescriptionHelpFormatter
    mine.add_argument("experiment", nargs="?", default="financial")
    mine.add_argument("--rounds", type=int, default=7, help="counted rounds (%(default)s)")
    mine.add_argument("--json", action="store_true", dest="as_json")
    mine.add_argument("--dvc", type=Path, help="a dvc command, instead of one in a cache folder")
    mine.add_argument(
        "--folder", type=Path, help="where the twin goes for that time; twice the bytes"
    )
    return mine


def _check(workspace: Workspace, experiment: str) -> None:
    """Raise StoreError unless a run would compute nothing, and bring its own server."""
    planned = plan_experiment(workspace, experiment)
    if not planned.all_cached:
        raise not_cached(experiment, str(planned))
    if server.running(workspace) is not None:
        raise StoreBusy(
            "Prefect server",
            found="that of `make up` is running, and the run would use it",
            expected="a private server for the run, as for the empty flow",
            remedy="make down",
        )


def _commands(
    workspace: Workspace, experiment: str, cached: Sequence[Cached], scratch: Path, dvc: Path
) -> list[Command]:
    """All that is timed, in the order of a round."""
    ours = {HOME_VARIABLE: str(workspace.root)}
    python = (sys.executable, "-m")
    command = (*python, "tickertone.cli.main")
    subjects = json.dumps(subjects_of(cached))
    empty = (*python, "benchmarks.empty_flow", str(scratch / "empty"), subjects)
    prints = (*python, "benchmarks.cached_steps", experiment)
    twin = scratch / "dvc"
    return [
        Command(EMPTY, empty, CHECKOUT, {}),
        Command(RUN, (*command, "run", experiment), CHECKOUT, ours),
        Command(REPRO, (str(dvc), "repro"), twin, dvc_twin.QUIET),
        Command(PLAN, (*command, "plan", experiment), CHECKOUT, ours),
        Command(STATUS, (str(dvc), "status"), twin, dvc_twin.QUIET),
        Command(FINGERPRINTS, prints, CHECKOUT, ours),
    ]


def subjects_of(cached: Sequence[Cached]) -> dict[str, list[str]]:
    """Stage -> what it is done for."""
    found: dict[str, list[str]] = {}
    for step, _, _ in cached:
        found.setdefault(step.stage, []).append(step.subject)
    return found


def summed_up(experiment: str, cached: Sequence[Cached], found: Sequence[Round]) -> dict[str, Any]:
    """All figures, times in seconds."""
    files = {f.path: f.size for c in cached for f in c.manifest.files().values()}
    fingerprinting = median(json.loads(one[FINGERPRINTS].printed)["seconds"] for one in found)
    above = difference(found, RUN, EMPTY)
    return {
        "experiment": experiment,
        "steps": len(cached),
        "files": len(files),
        "bytes": sum(files.values()),
        "rounds": len(found),
        "processors": os.cpu_count(),
        "dvc": dvc_twin.VERSION,
        "commands": {
            name: {
                "seconds": middle(found, name),
                "least": min(one[name].wall for one in found),
                "most": max(one[name].wall for one in found),
                "processor_seconds": median(one[name].cpu for one in found),
            }
            for name in (RUN, EMPTY, REPRO, PLAN, STATUS)
        },
        "run": {
            "prefect": middle(found, EMPTY),
            "fingerprinting": fingerprinting,
            "rest": above - fingerprinting,
            "above_prefect": above,
        },
        "ratios": {
            f"{a} / {b}": ratio(found, a, b)
            for a, b in ((RUN, EMPTY), (RUN, REPRO), (PLAN, STATUS))
        },
        "goals": {
            f"run less than {MAY_COST:g} s above Prefect alone": above < MAY_COST,
            "plan faster than dvc status": ratio(found, PLAN, STATUS) < 1,
        },
    }


def _show(figures: dict[str, Any]) -> None:
    title = (
        f"{figures['experiment']}, nothing changed: {figures['steps']} steps, {figures['files']} "
        f"files, {figures['bytes'] / 1e6:.0f} MB; medians of {figures['rounds']} rounds"
    )
    table = Table(title=title, header_style="bold")
    for column in ("", "seconds", "least to most", "processor seconds"):
        table.add_column(column, justify="right" if column else "left")
    for name in (RUN, EMPTY, FINGERPRINTS, "the rest", REPRO, PLAN, STATUS):
        table.add_row(*_row(name, figures))
    console = Console() if sys.stdout.isatty() else Console(width=120)
    console.print(table)
    above = figures["run"]["above_prefect"]
    console.print(f"{RUN} - {EMPTY}: {above:+.2f} s, the median of pairs")
    for name, times in figures["ratios"].items():
        console.print(f"{name}: {times:.2f}, the median of pairs")
    for goal, met in figures["goals"].items():
        console.print(f"{'met' if met else 'missed'}: {goal}")


def _row(name: str, figures: dict[str, Any]) -> tuple[str, ...]:
    parts = {FINGERPRINTS: "fingerprinting", "the rest": "rest"}
    if name in parts:
        return f"  {name}", f"{figures['run'][parts[name]]:.2f}", "", ""
    one = figures["commands"][name]
    label = "  Prefect's own overhead: empty flow" if name == EMPTY else name
    spread = f"{one['least']:.2f} to {one['most']:.2f}"
    return label, f"{one['seconds']:.2f}", spread, f"{one['processor_seconds']:.2f}"


if __name__ == "__main__":
    sys.exit(main())
