"""How fast label words are scored, beside lm-evaluation-harness on the same models and tweets.

    python -m benchmarks.scoring       (--tweets 256, --rounds 5, --case 0, --json FILE)

Only scoring is timed, on both sides: tokenising prompts, making batches, the network, softmax.
Imports, loading a model and, on the harness's side, building its task and its prompts are left out
(Tickertone puts its prompts together inside the time).
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import lm_eval_twin
from benchmarks.own_environment import output
from benchmarks.scoring_cases import CASES
from flows.local.settings import CHECKOUT
from tickertone.errors import TickertoneError
from tickertone.workspace import HOME_VARIABLE, Workspace

RESULTS = CHECKOUT / "benchmarks" / "results" / "scoring.json"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write; the exit status: 0, or 1 if it could not be measured."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if min(options.rounds, options.tweets) < 1:
        parser.error("--rounds and --tweets: at least 1")
    chosen = range(len(CASES)) if options.case is None else [options.case]
    figures = _kept(options.json) if options.case is not None else []
    try:
        workspace, python = Workspace.find(CHECKOUT), lm_eval_twin.python()
        for case in chosen:
            asked = {
                "case": case,
                "tweets": options.tweets,
                "rounds": options.rounds,
                "small_batch": options.small_batch,
                "auto": options.auto,
            }
            one = measured_apart(python, workspace, asked)
            figures = [*(other for other in figures if other["case"] != one["case"]), one]
            options.json.parent.mkdir(parents=True, exist_ok=True)
            options.json.write_text(json.dumps(in_order(figures), indent=1) + "\n")
            print(said(one), flush=True)
    except TickertoneError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    _show(in_order(figures))
    return 0


def measured_apart(python: Path, workspace: Workspace, asked: dict[str, Any]) -> dict[str, Any]:
    """The figures of one case, from a process of its own in the harness's environment."""
    with tempfile.TemporaryDirectory(prefix="scoring-") as scratch:
        words = [str(python), "-m", "benchmarks.scoring_side_by_side", scratch, json.dumps(asked)]
        variables = {
            "PYTHONPATH": os.pathsep.join([str(CHECKOUT / "src"), str(CHECKOUT)]),
            HOME_VARIABLE: str(workspace.root),
            **lm_eval_twin.offline(Path(scratch)),
        }
        figures: dict[str, Any] = json.loads(output(words, CHECKOUT, variables).splitlines()[-1])
    return figures


def in_order(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As CASES stand."""
    names = [case.name for case in CASES]
    return sorted(figures, key=lambda one: names.index(one["case"]))


def said(one: dict[str, Any]) -> str:
    """A case in a line."""
    verdict = "met" if one["met"] else "missed"
    return (
        f"{one['case']}: {one['ratios']['lm-eval']:.2f} times as fast as lm-eval "
        f"(goal {one['goal']:g}: {verdict}); same predictions, log-likelihoods within "
        f"{one['largest_difference']:.0e} nats"
    )


def _parser() -> argparse.ArgumentParser:
    mine = argparse.ArgumentParser(prog="python -m benchmarks.scoring", description=__doc__)
    mine.formatter_class = argparse.RawDescriptionHelpFormatter
    mine.add_argument("--tweets", type=int, default=256, help="how many texts (%(default)s)")
    mine.add_argument("--rounds", type=int, default=5, help="counted rounds (%(default)s)")
    mine.add_argument("--case", type=int, choices=range(len(CASES)), help="one case, by number")
    mine.add_argument(
        "--small-batch",
        type=int,
        default=8,
        help="the harness is also timed with it (%(default)s; 0: not)",
    )
    mine.add_argument("--auto", action="store_true", help="and once with its batch size auto")
    mine.add_argument("--json", type=Path, default=RESULTS, help="the file that figures go to")
    return mine


def _kept(file: Path) -> list[dict[str, Any]]:
    """Figures of the other cases, from before."""
    found: list[dict[str, Any]] = json.loads(file.read_text()) if file.is_file() else []
    return found


def _show(figures: list[dict[str, Any]]) -> None:
    first = figures[0]
    table = Table(
        title=f"float32, batches of {first['batch']}, {first['processors']} processors; "
        "ratios are medians of rounds",
        header_style="bold",
    )
    columns = ("", "tweets", "tickertone, texts/s", "lm-eval, texts/s", "ratio", "least to most")
    for column in (*columns, "goal", "at its fastest batch"):
        table.add_column(column, justify="right" if column else "left")
    for one in figures:
        fastest = one["fastest_batch_of_lm_eval"]
        table.add_row(
            one["case"],
            str(one["tweets"]),
            *(f"{one['texts_per_second'][side]:.1f}" for side in ("tickertone", "lm-eval")),
            f"{one['ratios']['lm-eval']:.2f}",
            f"{min(one['ratios_by_round']):.2f} to {max(one['ratios_by_round']):.2f}",
            f"{one['goal']:g}",
            f"{one['ratios'][fastest]:.2f} ({fastest})",
        )
    (Console() if sys.stdout.isatty() else Console(width=140)).print(table)


if __name__ == "__main__":
    sys.exit(main())
