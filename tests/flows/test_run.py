"""`python -m flows.run` from a terminal, with no server to set up."""

import json
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

from flows.local import processes
from flows.local.settings import CHECKOUT
from tests.crash.flow import alive
from tickertone.store.query import query
from tickertone.workspace import Workspace

pytestmark = pytest.mark.slow


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.run", *arguments],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
    )


def left_of(workspace) -> list[psutil.Process]:
    return processes.marked("TICKERTONE_HOME", str(workspace.root))


def outcomes(workspace) -> list[str]:
    """What the newest run did with each step."""
    newest = max(workspace.runs.glob("*.jsonl"), key=lambda path: path.stat().st_mtime)
    return [json.loads(line)["outcome"] for line in newest.read_text().splitlines()]


def wait_for(found, what: str) -> None:
    """Give up after minutes: a busy machine is no failure."""
    for _ in range(1800):
        if found():
            return
        time.sleep(0.1)
    raise AssertionError(f"no {what}")


def leaderboard(workspace) -> list[str]:
    return sorted(map(repr, query(workspace, "SELECT * FROM leaderboard").rows))


def test_an_experiment_runs_and_leaves_nothing_behind(light_workspace, light_environment):
    done = run(light_environment, "demo")

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "finetune demo_tfidf computed" in done.stderr
    assert (light_workspace.reports / "demo" / "index.html").is_file()
    assert left_of(light_workspace) == []


def test_running_it_again_computes_nothing(light_workspace, light_environment):
    run(light_environment, "demo")

    done = run(light_environment, "demo")

    assert done.returncode == 0, done.stderr
    assert set(outcomes(light_workspace)) == {"cached"}
    assert "nothing was recomputed" in done.stderr


def test_an_experiment_that_is_not_there_is_refused_in_words(light_environment):
    done = run(light_environment, "no_such_experiment")

    assert done.returncode == 2
    assert "'demo'" in done.stderr
    assert "Traceback" not in done.stderr


SUPERVISOR = ["flows.run", "demo"]
COMMAND = ["tickertone.cli.main", "run", "demo"]


@pytest.mark.parametrize(
    ("module", "sent", "status"),
    [
        (SUPERVISOR, signal.SIGINT, 130),
        (COMMAND, signal.SIGINT, 130),
        (COMMAND, signal.SIGTERM, 143),
        (COMMAND, signal.SIGKILL, -9),
    ],
)
def test_a_run_ended_in_training_leaves_no_process_and_resumes_to_the_same_leaderboard(
    light_workspace, light_environment, tmp_path, module, sent, status
):
    run(light_environment, "demo")
    shutil.copytree(light_workspace.data, tmp_path / "data")
    workspace = Workspace(tmp_path)
    environment = {**light_environment, "TICKERTONE_HOME": str(tmp_path)}
    command = [sys.executable, "-m", *module]
    watched = subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, preexec_fn=listen_to_interrupts
    )
    wait_for(lambda: alive(workspace, "training.worker"), "training")

    watched.send_signal(sent)

    assert watched.wait() == status
    wait_for(lambda: left_of(workspace) == [], "end of the processes")
    assert not (workspace.reports / "demo" / "index.html").exists()
    done = run(environment, "demo")
    assert done.returncode == 0, done.stderr
    assert leaderboard(workspace) == leaderboard(light_workspace)


def listen_to_interrupts() -> None:
    """A shell makes what it starts in the background deaf to Ctrl-C, and so the tests may be."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_broken_source_ends_the_command_with_its_message_and_no_stack_trace(
    light_workspace, light_environment
):
    wires = light_workspace.data / "demo" / "wires.txt"
    whole = wires.read_bytes()
    wires.write_bytes(b"")
    done = subprocess.run(
        [sys.executable, "-m", "tickertone.cli.main", "run", "demo"],
        cwd=light_workspace.root,
        env=light_environment,
        capture_output=True,
        text=True,
    )
    wires.write_bytes(whole)
    assert done.returncode == 1
    assert "wires.txt" in done.stderr
    assert "remedy:" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "this run failed" in done.stdout
