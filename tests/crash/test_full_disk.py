"""A real disk that fills up under a run: nothing half-done looks done, and space cures it."""

import re
import shutil
import sys

import pytest

from tests.crash.flow import (
    command,
    content,
    environment,
    finished_steps,
    workspace_with_an_encoder,
)
from tests.crash.mounts import Namespace, namespace, needs_mounts
from tickertone.workspace import Workspace

pytestmark = [pytest.mark.slow, needs_mounts]

RUN_HERE = [sys.executable, "-m", "tests.crash.run_here", "small"]
# A run looks for room before it begins, and a database this small would fit into that.
INDEX_HERE = [
    sys.executable,
    "-c",
    """
import sys
from tickertone.catalog.load import load_catalog
from tickertone.dag.catalog_rows import catalog_rows
from tickertone.errors import StoreError
from tickertone.store.indexer import index_manifests
from tickertone.workspace import Workspace
workspace = Workspace.find()
try:
    index_manifests(workspace, {}, catalog_rows(load_catalog(workspace.data)))
except StoreError as error:
    sys.exit(f"error: {error}")
""",
]
FULL = "No space left on device"
ENOUGH = "400m"


@pytest.fixture
def disks():
    with namespace() as ours:
        yield ours


def seen(disks: Namespace, workspace: Workspace) -> Workspace:
    """The workspace with what lies on the small disk."""
    return Workspace(disks.inside(workspace.root))


def fails_in_words(disks: Namespace, workspace: Workspace, run: list[str] = RUN_HERE) -> str:
    """Run; it must end with an error, and with no stack trace. What it said."""
    done = disks.run(run, environment(workspace))
    assert done.returncode in (1, 2), done.stdout + done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert FULL in done.stderr
    assert "remedy:   free some space and run again" in done.stderr
    finished_steps(seen(disks, workspace))
    return done.stderr


def goes_on_with_space(disks: Namespace, workspace: Workspace) -> str:
    """Run again; it must end well. What it said."""
    done = disks.run(RUN_HERE, environment(workspace))
    assert done.returncode == 0, done.stderr
    finished_steps(seen(disks, workspace))
    return done.stderr


@pytest.mark.parametrize(
    ("stage", "folder", "failed"),
    [
        ("ingest", "artifacts/ingest", r"ingest demo_\w+.* failed: "),
        ("validate", "accepted", "error: "),
        ("finetune", "artifacts/finetune", "finetune words.* failed: "),
        ("extract", "artifacts/shards", r"extract words/demo_\w+.* failed: "),
        ("evaluate", "artifacts/evaluate", r"evaluate small/\w+.* failed: "),
        ("report", "runs", "error: "),
    ],
)
def test_a_step_that_finds_no_space_fails_in_words_and_is_done_when_there_is(
    copy, ran_once, disks, stage, folder, failed
):
    shutil.rmtree(copy.workspace.artifacts / stage)
    shutil.rmtree(copy.workspace.var / folder, ignore_errors=True)
    disks.small_disk(copy.workspace.var / folder, "4k")
    said = fails_in_words(disks, copy.workspace)
    assert re.search(failed, said)
    disks.enlarge(copy.workspace.var / folder, ENOUGH)
    assert " 0 failed, 0 blocked" in goes_on_with_space(disks, copy.workspace)
    ours, theirs = content(seen(disks, copy.workspace)), content(ran_once.workspace)
    assert ours == theirs


def test_a_training_whose_checkpoints_find_no_space_goes_on_when_there_is(tmp_path, disks):
    undisturbed = workspace_with_an_encoder(tmp_path / "undisturbed")
    goes_on_with_space(disks, undisturbed)
    workspace = Workspace(tmp_path / "starved")
    shutil.copytree(undisturbed.root, workspace.root)
    shutil.rmtree(workspace.artifacts / "finetune")
    disks.small_disk(workspace.scratch, "1m")
    said = fails_in_words(disks, workspace)
    assert "finetune tiny failed" in said
    assert "finetune words failed" not in said
    disks.enlarge(workspace.scratch, ENOUGH)
    goes_on_with_space(disks, workspace)
    ours, theirs = content(seen(disks, workspace)), content(undisturbed)
    assert ours == theirs


def test_an_index_that_finds_no_space_leaves_the_database_out_and_is_made_when_there_is(
    copy, ran_once, disks
):
    var = copy.workspace.var
    copy.workspace.database.unlink()
    kept = var.rename(var.with_name("kept"))
    disks.small_disk(var, ENOUGH)
    disks.run(["cp", "--recursive", f"{kept}/.", str(var)]).check_returncode()
    used = sum(path.stat().st_blocks * 512 for path in disks.inside(var).rglob("*"))
    disks.enlarge(var, str(used + (1 << 18)))
    said = fails_in_words(disks, copy.workspace, INDEX_HERE)
    assert "tickertone.duckdb" in said
    disks.enlarge(var, ENOUGH)
    assert "nothing was recomputed" in goes_on_with_space(disks, copy.workspace)
    # DuckDB opens the path that a link stands for, so the database is looked at where we see it.
    outside = Workspace(copy.workspace.root / "outside")
    outside.root.mkdir()
    disks.run(["cp", "--recursive", str(var), f"{outside.root}/"]).check_returncode()
    ours, theirs = content(outside), content(ran_once.workspace)
    assert ours == theirs


def test_the_command_says_at_once_that_there_is_no_space(tmp_path, disks):
    workspace = workspace_with_an_encoder(tmp_path / "starved")
    disks.small_disk(workspace.var, "512k")
    said = fails_in_words(disks, workspace, command("run", "small"))
    assert said.count("error:") == 1


def test_a_flow_that_cannot_keep_its_journal_ends_with_one_error(copy, disks):
    disks.small_disk(copy.workspace.runs, "4k")
    said = fails_in_words(disks, copy.workspace, command("run", "small"))
    assert said.count(FULL) == 1
