"""A small workspace for real runs, `tickertone run` in it as a process, and what it came to.

Two linear models and one tiny encoder: every stage has something to do, and the encoder trains for
seconds, in a process of its own, with a checkpoint an epoch.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil

from flows.local import processes
from flows.local.settings import CHECKOUT
from tests.dag.bench import EXPERIMENT, MODELS, Bench
from tests.models.tiny import tiny_base
from tickertone.store.artifacts import Artifacts, step_folders
from tickertone.store.journal import read_journal
from tickertone.store.query import query
from tickertone.workspace import HOME_VARIABLE, Workspace

EPOCHS = 12
ENCODER = {
    "family": "encoder",
    "trained_on": ["demo_headlines"],
    "base": {"folder": "base"},
    "tuning": "full",
    "max_length": 32,
    "batch_size": 8,
    "epochs": EPOCHS,
    "learning_rate": 3.0e-3,
    "precision": "float32",
}
# What two runs must agree in, to the last bit.
CONTENT = {
    "logits": "SELECT * FROM logits",
    "evaluations": "SELECT * FROM evaluations",
    "leaderboard": "SELECT * FROM leaderboard",
    "predictions": "SELECT * FROM predictions",
    "current": "SELECT * FROM current",
    # A run whose training was killed makes a leaderboard with a gap: a step of its own, that stays
    # in the history.
    "steps": "SELECT step, fingerprint FROM steps WHERE run = (SELECT max(run) FROM steps)",
}


def workspace_with_an_encoder(root: Path) -> Workspace:
    """Data, catalog and a random two-layer base; nothing has been run."""
    bench = Bench(root)
    tiny_base(root / "base")
    bench.write("models.yaml", {"models": {**MODELS["models"], "tiny": ENCODER}})
    bench.write("experiments/small.yaml", {**EXPERIMENT, "models": ["words", "letters", "tiny"]})
    return bench.workspace


def environment(workspace: Workspace) -> dict[str, str]:
    """For processes that use that workspace; it is also the mark by which they are found."""
    kept = {name: value for name, value in os.environ.items() if "PREFECT" not in name}
    return {**kept, HOME_VARIABLE: str(workspace.root)}


def command(*arguments: str) -> list[str]:
    """`tickertone` as a person types it."""
    return [sys.executable, "-m", "tickertone.cli.main", *arguments]


def start(workspace: Workspace, log: Path, experiment: str = "small") -> "subprocess.Popen[bytes]":
    """`tickertone run`, its output in `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command("run", experiment),
            cwd=CHECKOUT,
            env=environment(workspace),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def alive(workspace: Workspace, words: str = "") -> list[psutil.Process]:
    """The processes of runs in a workspace, those whose command line has `words`."""
    found = []
    for process in processes.marked(HOME_VARIABLE, str(workspace.root)):
        try:
            if process.status() != psutil.STATUS_ZOMBIE and words in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:  # it has just ended
            continue
    return found


def wait_until_gone(workspace: Workspace) -> None:
    """Fails, naming them, if processes outlive their run by minutes."""
    for _ in range(1200):
        if not (left := alive(workspace)):
            return
        time.sleep(0.1)
    raise AssertionError(f"left behind: {[' '.join(p.cmdline()) for p in left]}")


def finished_steps(workspace: Workspace) -> set[str]:
    """The fingerprints of the steps that look finished; fails unless all of these are whole."""
    artifacts = Artifacts(workspace)
    folders = step_folders(workspace.artifacts)
    for folder in folders:
        manifest = artifacts.read(folder.parent.name, folder.name)
        assert manifest is not None, f"no manifest in {folder}"
        assert artifacts.damage(manifest, hashes=True) == []
    return {folder.name for folder in folders}


def computed(workspace: Workspace) -> Counter[tuple[str, str | None]]:
    """Step and fingerprint -> how often it was computed, by all journals."""
    return Counter(
        (entry.step, entry.fingerprint)
        for path in workspace.runs.glob("*.jsonl")
        for entry in read_journal(path)
        if entry.outcome == "computed"
    )


def content(workspace: Workspace) -> dict[str, list[str]]:
    """Rows as text, which tells floats apart to the last bit."""
    return {name: sorted(map(repr, query(workspace, sql).rows)) for name, sql in CONTENT.items()}


def differences(workspace: Workspace, expected: dict[str, list[str]]) -> dict[str, list[str]]:
    """Of each table that is not as expected, rows that only one side has, a few of each."""
    found = content(workspace)
    return {
        name: [
            *(f"lacks {row}" for row in sorted({*rows} - {*found[name]})[:3]),
            *(f"has {row}" for row in sorted({*found[name]} - {*rows})[:3]),
            f"{len(found[name])} rows, {len(rows)} expected",
        ]
        for name, rows in expected.items()
        if found[name] != rows
    }
