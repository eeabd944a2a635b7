"""QLoRA training and scoring of Flan-T5's shapes, beside plain peft and transformers' Trainer.

    python -m benchmarks.qlora                      (--shape base, --rounds 3, --rows, --texts)
    python -m benchmarks.qlora --prepare FOLDER     write the work, for a machine without the data
    python -m benchmarks.qlora --work FOLDER        there

Weights are random, the work is real: prompts of Twitter Train, then of TFSN. Without a GPU all of
it runs at a tiny shape that no published model has, and the figures say so.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from benchmarks import qlora_work
from benchmarks.own_environment import output
from benchmarks.qlora_shapes import SHAPES, T5Shape, bfloat16_rate, random_checkpoint
from tickertone.errors import TickertoneError
from tickertone.models.pretrained import load_tokenizer, quiet

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "benchmarks" / "results" / "qlora.json"
OURS, PLAIN = "tickertone", "peft + Trainer"
PAPER_ROWS, PAPER_EPOCHS = 9543, 2  # Twitter Train; epochs as in the authors' follow-up
TINY = "tiny"
Round = Mapping[str, dict[str, Any]]  # side -> what `qlora_sides.measured` found


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write; the exit status: 0, or 1 if it could not be measured."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if min(options.rounds, options.rows, options.texts) < 1:
        parser.error("--rounds, --rows and --texts: at least 1")
    try:
        if options.prepare is not None:
            qlora_work.prepare(PROJECT, options.prepare)
            print(f"prepared in {options.prepare}")
            return 0
        with tempfile.TemporaryDirectory(prefix="qlora-") as scratch:
            figures = _all(options, Path(scratch))
    except TickertoneError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    _show(figures)
    return 0


def _all(options: argparse.Namespace, scratch: Path) -> list[dict[str, Any]]:
    """The figures of every shape that is asked for, written down after each."""
    folder = options.work
    if folder is None:
        folder = scratch / "work"
        qlora_work.prepare(PROJECT, folder)
    quiet()
    machine = device_name()
    shapes = options.shape or (["base", "large", "xl"] if machine["gpu"] else [TINY])
    if not machine["gpu"]:
        print(f"no GPU here: the shape is {', '.join(shapes)}, and figures are of the processor")
    work = qlora_work.load(folder, options.rows, options.texts)
    found = []
    for name in shapes:
        base = scratch / name
        parameters = random_checkpoint(SHAPES[name], load_tokenizer(folder).sep_token_id, base)
        rounds = paired(partial(measured_apart, folder, base, work), options.rounds)
        found.append(
            {
                "shape": name,
                "parameters": parameters,
                **machine,
                **summed_up(SHAPES[name], work, rounds, bfloat16_rate()),
            }
        )
        _write(options.json, found[-1])
    return found


def paired(measure: Callable[[str], dict[str, Any]], number: int) -> list[Round]:
    """Both sides in every round, each in a process of its own; every other round backwards."""
    order = [OURS, PLAIN]
    rounds = []
    for _ in range(number):
        rounds.append({side: measure(side) for side in order})
        order.reverse()
    return rounds


def measured_apart(folder: Path, base: Path, work: qlora_work.Work, side: str) -> dict[str, Any]:
    """What one side measures in a process of its own."""
    asked = {
        "side": side,
        "work": str(folder),
        "base": str(base),
        "rows": len(work.train),
        "texts": len(work.test),
    }
    words = [sys.executable, "-m", "benchmarks.qlora_sides", json.dumps(asked)]
    paths = [str(PROJECT / "src"), str(PROJECT), os.environ.get("PYTHONPATH", "")]
    variables = {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    found: dict[str, Any] = json.loads(output(words, PROJECT, variables).splitlines()[-1])
    return found


def summed_up(
    shape: T5Shape, work: qlora_work.Work, rounds: Sequence[Round], rate: float
) -> dict[str, Any]:
    """Medians over rounds, and of ratios within rounds. `rate`: operations a second.

    Of speed a ratio above 1 says that Tickertone is faster, of memory that it takes more.
    """
    prompts = {
        "training": work.train["length"],
        "scoring": [len(e["input_ids"]) for e in work.test],
    }
    done = {
        "training": sum(map(shape.training_flops, prompts["training"])),
        "scoring": sum(map(shape.forward_flops, prompts["scoring"])),
    }
    sides = {}
    for side in (OURS, PLAIN):
        figures: dict[str, Any] = {"threads": rounds[0][side]["threads"]}
        figures["loading_seconds"] = median(one[side]["loading"]["seconds"] for one in rounds)
        for part, lengths in prompts.items():
            seconds = [one[side][part]["seconds"] for one in rounds]
            figures[part] = {
                "seconds": {"median": median(seconds), "least": min(seconds), "most": max(seconds)},
                "samples_per_second": len(lengths) / median(seconds),
                "tokens_per_second": sum(lengths) / median(seconds),
                "peak_mib": median(one[side][part]["peak_mib"] for one in rounds),
                "share_of_bfloat16_rate": done[part] / median(seconds) / rate,
            }
        figures["training"]["loss"] = rounds[0][side]["training"]["loss"]
        a_minute = 60 * figures["training"]["samples_per_second"]
        published = shape != SHAPES[TINY]
        figures["paper_minutes"] = PAPER_ROWS * PAPER_EPOCHS / a_minute if published else None
        sides[side] = figures
    return {
        "source": work.source,
        "rows": len(work.train),
        "texts": len(work.test),
        "tokens_a_prompt": work.train.tokens / len(work.train),
        "batch": work.recipe.batch_size,
        "rounds": len(rounds),
        "flops": done,
        "bfloat16_flops_per_second": rate,
        "sides": sides,
        "ratios": {part: _ratios(rounds, part, "seconds") for part in prompts},
        "memory_ratios": {part: _ratios(rounds, part, "peak_mib") for part in prompts},
    }


def _ratios(rounds: Sequence[Round], part: str, figure: str) -> dict[str, float]:
    """Of seconds, how many times as fast as the other; of memory, how many times as much."""
    pairs = [(one[OURS][part][figure], one[PLAIN][part][figure]) for one in rounds]
    found = [other / ours if figure == "seconds" else ours / other for ours, other in pairs]
    return {"median": median(found), "least": min(found), "most": max(found)}


def device_name() -> dict[str, Any]:
    """What computes, and with which libraries."""
    gpu = torch.cuda.is_available()
    return {
        "gpu": gpu,
        "device": torch.cuda.get_device_name() if gpu else f"{os.cpu_count()} processors, no GPU",
        **{name: version(name) for name in ("torch", "transformers", "peft", "bitsandbytes")},
    }


def _write(file: Path, one: dict[str, Any]) -> None:
    """Figures of other shapes and devices stay."""
    kept = json.loads(file.read_text()) if file.is_file() else []
    same = one["device"], one["shape"]
    others = [other for other in kept if (other["device"], other["shape"]) != same]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([*others, one], indent=1) + "\n")


def _parser() -> argparse.ArgumentParser:
    mine = argparse.ArgumentParser(prog="python -m benchmarks.qlora", description=__doc__)
    mine.formatter_class = argparse.RawDescriptionHelpFormatter
    mine.add_argument("--prepare", type=Path, metavar="FOLDER", help="write the work and end")
    mine.add_argument("--work", type=Path, metavar="FOLDER", help="where it was prepared")
    mine.add_argument("--shape", choices=list(SHAPES), action="append", help="may be repeated")
    mine.add_argument("--rounds", type=int, default=3, help="of both sides (%(default)s)")
    mine.add_argument("--rows", type=int, default=960, help="trained on (%(default)s)")
    mine.add_argument("--texts", type=int, default=2388, help="scored (%(default)s)")
    mine.add_argument("--json", type=Path, default=RESULTS, help="the file that figures go to")
    return mine


def _show(figures: list[dict[str, Any]]) -> None:
    first = figures[0]
    table = Table(
        title=f"QLoRA, {first['device']}; {first['rows']} rows in batches of {first['batch']}; "
        "ratios are medians of rounds",
        header_style="bold",
    )
    columns = ("shape", "side", "rows/s", "tokens/s", "MiB", "of bf16", "paper's run, min")
    for column in (*columns, "texts/s", "MiB", "ratio: training", "scoring"):
        table.add_column(column, justify="left" if column in {"shape", "side"} else "right")
    for one in figures:
        for side, found in one["sides"].items():
            training, scoring = found["training"], found["scoring"]
            table.add_row(
                one["shape"],
                side,
                f"{training['samples_per_second']:.1f}",
                f"{training['tokens_per_second']:.0f}",
                f"{training['peak_mib']:.0f}",
                f"{training['share_of_bfloat16_rate']:.1%}",
                f"{found['paper_minutes']:.1f}" if found["paper_minutes"] else "-",
                f"{scoring['samples_per_second']:.1f}",
                f"{scoring['peak_mib']:.0f}",
                *(f"{one['ratios'][p]['median']:.2f}" * (side == OURS) for p in one["ratios"]),
            )
    (Console() if sys.stdout.isatty() else Console(width=140)).print(table)


if __name__ == "__main__":
    sys.exit(main())
