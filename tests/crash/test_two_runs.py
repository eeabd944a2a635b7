"""Two runs at once on one store: each expensive thing is done once, whoever of them is killed."""

import subprocess
import sys
from collections import Counter

import pytest

from tests.crash.flow import (
    CHECKOUT,
    alive,
    computed,
    content,
    differences,
    environment,
    finished_steps,
    start,
    wait_until_gone,
    workspace_with_an_encoder,
)
from tests.crash.kills import TRAINING
from tests.crash.waiting import is_held, is_waited_for, wait_for
from tests.dag.bench import EXPERIMENT, Bench
from tickertone.store.artifacts import Artifacts, step_folders
from tickertone.store.shards import read_shard

pytestmark = pytest.mark.slow


@pytest.fixture
def starts(tmp_path):
    """Starts runs without Prefect, and ends what is left of them with the test."""
    started = []

    def start_one(workspace, experiment="small"):
        with (tmp_path / "log").open("ab") as log:
            run = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.run_here", experiment],
                cwd=CHECKOUT,
                env=environment(workspace),
                stdout=log,
                stderr=log,
            )
        started.append(run)
        return run

    yield start_one
    for run in started:
        run.kill()
        run.wait()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What a run of the workspace with an encoder comes to, alone."""
    workspace = workspace_with_an_encoder(tmp_path_factory.mktemp("undisturbed") / "workspace")
    command = [sys.executable, "-m", "tests.crash.run_here", "small"]
    subprocess.run(command, cwd=CHECKOUT, env=environment(workspace), check=True)
    return content(workspace)


def done_twice(workspace):
    """The steps that were computed more often than once."""
    return {step: times for step, times in computed(workspace).items() if times > 1}


def texts_scored_twice(workspace):
    """(Scorer, text) pairs that more than one shard holds."""
    rows = Counter(
        (shard.parent.name, text_id)
        for shard in workspace.artifacts.glob("shards/logits/*/*.parquet")
        for text_id in read_shard(shard)[0]
    )
    return [row for row, times in rows.items() if times > 1]


def rows_scored(workspace):
    """How many rows of logits were computed, by the manifests of all steps that did."""
    artifacts = Artifacts(workspace)
    manifests = [
        artifacts.read("extract", folder.name)
        for folder in step_folders(workspace.artifacts)
        if folder.parent.name == "extract"
    ]
    return sum(manifest.facts["rows_scored"] for manifest in manifests)


def test_two_runs_started_together_do_each_step_once_and_end_the_same(
    tmp_path, starts, undisturbed
):
    workspace = workspace_with_an_encoder(tmp_path / "both")
    runs = [starts(workspace), starts(workspace)]
    assert [run.wait() for run in runs] == [0, 0], (tmp_path / "log").read_text()
    assert done_twice(workspace) == {}
    assert texts_scored_twice(workspace) == []
    assert rows_scored(workspace) == len(undisturbed["logits"])
    finished_steps(workspace)
    assert differences(workspace, undisturbed) == {}


def test_two_commands_started_together_do_each_step_once_and_end_the_same(tmp_path, undisturbed):
    workspace = workspace_with_an_encoder(tmp_path / "both")
    runs = [start(workspace, tmp_path / "one"), start(workspace, tmp_path / "two")]
    ended = [run.wait() for run in runs]
    said = "".join((tmp_path / log).read_text() for log in ("one", "two"))
    assert ended == [0, 0], said
    wait_until_gone(workspace)
    assert done_twice(workspace) == {}
    assert texts_scored_twice(workspace) == []
    assert differences(workspace, undisturbed) == {}


def test_a_run_that_waits_for_a_killed_one_takes_up_its_training(tmp_path, starts, undisturbed):
    workspace = workspace_with_an_encoder(tmp_path / "both")
    first = starts(workspace)
    wait_for(lambda: checkpoints(workspace), "checkpoint")
    (worker,) = alive(workspace, TRAINING)
    worker.suspend()  # at this moment of the training, for as long as the others need to get ready
    scratch = checkpoints(workspace)[0].parents[2]
    lock = workspace.locks / f"{scratch.name}.lock"
    second = starts(workspace)
    wait_for(lambda: is_waited_for(lock), "second run that waits for the first")
    assert is_held(lock)
    first.kill()
    # The first training is still there, and may write: the second waits for it too.
    wait_for(lambda: is_waited_for(scratch / "worker.lock"), "second training that waits")
    worker.resume()
    assert second.wait() == 0, (tmp_path / "log").read_text()
    assert "resuming at step" in (tmp_path / "log").read_text()
    assert done_twice(workspace) == {}
    wait_until_gone(workspace)
    assert alive(workspace) == []
    assert differences(workspace, undisturbed) == {}


def checkpoints(workspace):
    """The markers of complete checkpoints."""
    return sorted(workspace.scratch.glob("*/checkpoints/*/complete.json"))


def test_two_experiments_that_share_a_model_score_each_text_once(tmp_path, starts):
    bench = Bench(tmp_path / "both")
    # The same texts in two data sets, each asked for first by another experiment.
    shared = "\n".join(f"{text}@{label}" for text, label in bench.rows("headlines_test.csv")[1:])
    with (bench.data / "demo" / "wires.txt").open("a", encoding="latin-1") as wires:
        wires.write(shared.encode("latin-1", "ignore").decode("latin-1"))
    for name in ("headlines", "wires"):
        target = {name: EXPERIMENT["targets"][name]}
        bench.write(f"experiments/{name}.yaml", {**EXPERIMENT, "targets": target})
    runs = [starts(bench.workspace, "headlines"), starts(bench.workspace, "wires")]
    assert [run.wait() for run in runs] == [0, 0], (tmp_path / "log").read_text()
    assert done_twice(bench.workspace) == {}
    assert texts_scored_twice(bench.workspace) == []
    assert texts_asked_for_twice(bench) > 0


def texts_asked_for_twice(bench):
    """How many texts both data sets have."""
    sql = (
        "SELECT count(*) FROM (SELECT text_id FROM examples WHERE dataset = 'demo_wires' "
        "INTERSECT SELECT text_id FROM examples WHERE dataset = 'demo_headlines')"
    )
    return bench.ask(sql)[0][0]
