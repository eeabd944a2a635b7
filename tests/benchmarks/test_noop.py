"""The pieces of `python -m benchmarks.noop`; the figures themselves are no matter of a test."""

import json
import re
import sqlite3
import subprocess
import sys
from importlib import import_module

import pytest

from benchmarks import empty_flow, noop
from benchmarks.cached_steps import cached_steps, seconds_to_fingerprint
from benchmarks.dvc_twin import pipeline
from benchmarks.rounds import Command, Time, difference, ratio, timed
from flows import nightly
from flows.local.settings import CHECKOUT
from tests.dag.bench import Bench
from tickertone.dag.graph import STAGES
from tickertone.errors import StoreError


@pytest.fixture(scope="module")
def cached(ran_once):
    return cached_steps(ran_once.workspace, "small")


def test_every_step_of_a_run_is_found(ran_once, cached):
    journal = next(ran_once.workspace.runs.glob("*.jsonl")).read_text().splitlines()
    ran = {(entry["stage"], entry["subject"]) for entry in map(json.loads, journal)}

    assert {(step.stage, step.subject) for step, _, _ in cached} == ran


def test_finding_them_again_takes_some_time(ran_once):
    assert seconds_to_fingerprint(ran_once.workspace, "small") > 0


def test_the_twin_has_a_stage_for_each_step_and_a_file_of_the_same_size_for_each_file(cached):
    stages = pipeline(cached)["stages"]
    files = {f.path: f.size for c in cached for f in c.manifest.files().values()}
    written = [
        (path, int(size))
        for stage in stages.values()
        for size, path in re.findall(r"head -c (\d+) \S+ > (\S+)", "\n".join(stage["cmd"]))
    ]

    assert len(stages) == len(cached)
    assert sorted(written) == sorted((f"out/{path}", size) for path, size in files.items())


def test_a_stage_of_the_twin_reads_what_stages_before_it_or_nobody_made(cached):
    made: set[str] = set()
    for stage in pipeline(cached)["stages"].values():
        read = set(stage["deps"])
        assert {path for path in read if path.startswith("out/")} <= made
        made |= set(stage.get("outs", []))
    ingests = [s for name, s in pipeline(cached)["stages"].items() if name.startswith("ingest")]
    assert all(stage["deps"][0].startswith("in/") for stage in ingests)


@pytest.mark.parametrize("stage", STAGES)
def test_a_task_of_the_empty_flow_is_set_like_ours(stage, tmp_path):
    ours = getattr(import_module(f"tasks.{stage}"), stage)
    empty = empty_flow._task(stage, tmp_path)

    for setting in (
        "name",
        "tags",
        "retries",
        "persist_result",
        "result_serializer",
        "cache_result_in_memory",
        "retry_jitter_factor",
        "timeout_seconds",
    ):
        assert getattr(empty, setting) == getattr(ours, setting), setting
    assert empty_flow.WORKERS == nightly.WORKERS


@pytest.mark.slow
def test_the_empty_flow_runs_as_many_tasks_and_finds_them_cached_the_second_time(tmp_path):
    subjects = {"ingest": ["a", "b"], "combine": ["x/y"]}
    words = ["benchmarks.empty_flow", str(tmp_path / "empty"), json.dumps(subjects)]
    for _ in range(2):
        done = subprocess.run([sys.executable, "-m", *words], cwd=CHECKOUT, capture_output=True)
        assert done.returncode == 0, done.stderr

    with sqlite3.connect(tmp_path / "empty" / "var" / "prefect" / "prefect.db") as database:
        states = database.execute("SELECT state_name FROM task_run").fetchall()
    named = [name for (name,) in states]
    assert named.count("Completed") == 3 + 2  # the task index runs each time
    assert named.count("Cached") == 3


def test_an_experiment_that_is_not_all_cached_is_refused(tmp_path, monkeypatch, capsys):
    bench = Bench(tmp_path)
    monkeypatch.setenv("TICKERTONE_HOME", str(bench.workspace.root))

    assert noop.main(["small"]) == 1

    assert "tickertone run small" in capsys.readouterr().err


def test_a_command_is_timed_with_what_it_prints(tmp_path):
    program = "import os; print(os.getcwd(), os.environ['NOOP'], flush=True)"
    words = (sys.executable, "-c", program)

    one = timed(Command("here", words, tmp_path, {"NOOP": "yes"}))

    assert one.printed == f"{tmp_path} yes\n"
    assert one.wall > 0
    assert one.cpu > 0


def test_a_command_that_fails_stops_the_measuring(tmp_path):
    words = (sys.executable, "-c", "raise SystemExit('no such thing')")

    with pytest.raises(StoreError, match="no such thing"):
        timed(Command("fails", words, tmp_path, {}))


ROUNDS = [
    {
        noop.RUN: Time(wall, 3.0, ""),
        noop.EMPTY: Time(wall - above, 2.0, ""),
        noop.REPRO: Time(wall / 2, 1.0, ""),
        noop.PLAN: Time(0.5, 0.5, ""),
        noop.STATUS: Time(1.0, 1.0, ""),
        noop.FINGERPRINTS: Time(1.0, 1.0, '{"seconds": 0.25}'),
    }
    for wall, above in ((6.0, 0.5), (12.0, 0.75), (7.0, 3.0))
]


def test_commands_are_compared_within_rounds():
    assert difference(ROUNDS, noop.RUN, noop.EMPTY) == 0.75
    assert ratio(ROUNDS, noop.RUN, noop.REPRO) == 2.0


def test_the_parts_of_a_run_add_up_to_what_it_takes_above_prefect(cached):
    figures = noop.summed_up("small", cached, ROUNDS)

    assert figures["steps"] == len(cached)
    assert figures["run"]["fingerprinting"] + figures["run"]["rest"] == 0.75
    assert figures["goals"] == {
        "run less than 1 s above Prefect alone": True,
        "plan faster than dvc status": True,
    }
