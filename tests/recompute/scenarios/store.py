"""Harm done to what earlier runs have kept, and a run that did not come to its end."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dag.bench import Bench
from tests.recompute.around import Around
from tests.recompute.scenario import Change, Scenario
from tests.recompute.scenarios.data import ten_new_rows
from tests.recompute.scenarios.models import ENDS
from tests.store.damage import flip
from tickertone.dag.plan import plan_experiment
from tickertone.stages import extract
from tickertone.store.artifacts import MANIFEST, Artifacts
from tickertone.store.in_use import at_rest
from tickertone.store.mend import set_aside
from tickertone.store.verify import verify


def file_of(bench: Bench, step: str, output: str) -> Path:
    planned = {s.step: s for s in plan_experiment(bench.workspace, "small").steps}[step]
    artifacts = Artifacts(bench.workspace)
    manifest = artifacts.read(planned.stage, planned.fingerprint)
    return artifacts.paths(manifest.outputs[output])[0]


def harm(step: str, output: str, do: Callable[[Path], object]) -> Change:
    """Do something to a file that a step has made."""

    def change(bench: Bench, _around: Around) -> None:
        do(file_of(bench, step, output))

    return change


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def flipped_bit(step: str, output: str) -> Change:
    def change(bench: Bench, _around: Around) -> None:
        flip(file_of(bench, step, output), -30)
        with at_rest(bench.workspace, "test"):
            assert set_aside(bench.workspace, verify(bench.workspace, kept_at_rest=True).findings)

    return change


def database(bench: Bench, _around: Around) -> None:
    bench.workspace.database.unlink()


def all_but_artifacts(bench: Bench, _around: Around) -> None:
    for path in bench.workspace.var.iterdir():
        if path.is_dir() and path != bench.workspace.artifacts:
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()


def interrupted(bench: Bench, around: Around) -> None:
    """Ten new rows, and Ctrl-C when the second model is to score them."""
    ten_new_rows(bench, around)
    body = extract.run

    def stop(work):
        if work.subject == "letters/demo_headlines":
            raise KeyboardInterrupt
        return body(work)

    with around.patch.context() as patch:
        patch.setattr(extract, "run", stop)
        with pytest.raises(KeyboardInterrupt):
            bench.run()


AFTER_WORDS = ("extract words/*", "combine *", *ENDS)

SCENARIOS = [
    Scenario(
        "a file of a result is deleted",
        harm("evaluate small/headlines", "leaderboard", Path.unlink),
        will=("evaluate small/headlines",),
        spared=("report small",),
        why=("evaluate small/headlines", "file missing: evaluate/"),
        same_data=True,
    ),
    Scenario(
        "a file of a result is cut short",
        harm("evaluate small/headlines", "leaderboard", lambda p: p.write_bytes(b"PAR1")),
        will=("evaluate small/headlines",),
        spared=("report small",),
        why=("evaluate small/headlines", "has 4 bytes, not "),
        same_data=True,
    ),
    Scenario(
        "a model is deleted",
        harm("finetune words", "measurements", lambda p: shutil.rmtree(p.parent)),
        will=("finetune words",),
        spared=AFTER_WORDS,
        why=("finetune words", "result deleted"),
        same_data=True,
    ),
    Scenario(
        "a manifest is torn",
        harm("finetune words", "measurements", lambda p: torn(p.with_name(MANIFEST))),
        will=("finetune words",),
        spared=AFTER_WORDS,
        why=("finetune words", "manifest damaged"),
        same_data=True,
    ),
    Scenario(
        "one bit of a manifest is flipped",
        harm("validate demo_wires", "test", lambda p: flip(p.with_name(MANIFEST), 200)),
        will=("validate demo_wires",),
        spared=(
            "extract */demo_wires",
            "combine small/wires/*",
            "evaluate small/wires",
            "report *",
        ),
        why=("validate demo_wires", "manifest damaged"),
        same_data=True,
    ),
    Scenario(
        "one bit of a model is flipped, which `verify --mend` finds",
        flipped_bit("finetune words", "model"),
        will=("finetune words",),
        spared=AFTER_WORDS,
        same_data=True,
    ),
    Scenario(
        "one bit of a combiner's predictions is flipped, which `verify --mend` finds",
        flipped_bit("combine small/wires/mean", "predictions"),
        will=("combine small/wires/mean",),
        spared=("evaluate small/wires", "report small"),
        same_data=True,
    ),
    Scenario(
        "a shard of logits is deleted",
        harm("extract words/demo_wires", "logits:test", Path.unlink),
        will=("extract words/demo_wires",),
        spared=("combine small/wires/*", "evaluate small/wires", "report small"),
        why=("extract words/demo_wires", "file missing: shards/logits/"),
        scored={"extract words/demo_wires": 100},
        same_data=True,
    ),
    Scenario("the database is deleted", database, same_data=True),
    Scenario(
        "all is deleted but the artifacts: journals, locks, pages, database",
        all_but_artifacts,
        same_data=True,
    ),
    Scenario(
        "a run was interrupted half-way",
        interrupted,
        will=("extract letters/demo_headlines",),
        may=("combine small/headlines/*", "evaluate small/headlines", "report small"),
        scored={"extract letters/demo_headlines": 10},
        why=("extract letters/demo_headlines", "10 new rows in demo_headlines test"),
    ),
]
