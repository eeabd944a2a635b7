"""What is restored is what was; whoever is killed leaves the old store or the new one."""

import hashlib
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dag.bench import Bench
from tests.store.damage import flip
from tickertone.catalog.load import load_catalog
from tickertone.dag.restore import restore
from tickertone.dag.verify import verify
from tickertone.errors import StoreBusy, StoreError
from tickertone.store.backup import backup, content, read_backup
from tickertone.store.in_use import enter
from tickertone.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(copy, tmp_path):
    backup(copy.workspace, tmp_path / "backup")
    return tmp_path / "backup"


@pytest.fixture
def empty(copy, tmp_path):
    """Another checkout, without a store."""
    shutil.copytree(copy.data, tmp_path / "other" / "data")
    bench = Bench.__new__(Bench)
    bench.workspace, bench.data = Workspace(tmp_path / "other"), tmp_path / "other" / "data"
    return bench


def put_back(bench, folder, **options):
    return restore(bench.workspace, folder, load_catalog(bench.data), **options)


def truth(workspace):
    """Name -> hash of every file that counts."""
    return {
        path.relative_to(workspace.var).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for place in ("artifacts", "runs", "accepted")
        for path in sorted((workspace.var / place).rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def learn_otherwise(bench):
    bench.edit("models.yaml", lambda m: m["models"]["letters"].update(seed=5))
    bench.run()


def test_what_is_restored_is_whole_and_nothing_is_computed_again(copy, folder, empty):
    done = put_back(empty, folder)
    assert done.differing == []
    verdict = verify(empty.workspace)
    assert (verdict.findings, verdict.notes) == ((), ())
    assert truth(empty.workspace) == truth(copy.workspace)
    (journal,) = copy.workspace.runs.iterdir()
    again = empty.workspace.runs / journal.name
    assert again.stat().st_mtime_ns == journal.stat().st_mtime_ns
    for view in ("leaderboard", "logits", "predictions", "steps", "examples", "models"):
        sql = f"SELECT * FROM {view}"
        assert sorted(map(repr, empty.ask(sql))) == sorted(map(repr, copy.ask(sql)))
    page = Path("reports") / "small" / "index.html"
    assert (empty.workspace.var / page).read_bytes() == (copy.workspace.var / page).read_bytes()
    assert empty.computed() == set()


@pytest.mark.parametrize("harm", ["a file less", "a flipped byte", "a file cut short"])
def test_a_torn_backup_is_refused_and_nothing_is_left_of_it(folder, empty, harm):
    files = read_backup(folder).files
    torn = content(folder, next(k for name, k in files.items() if "/model/" in name))
    if harm == "a file less":
        torn.unlink()
    elif harm == "a flipped byte":
        flip(torn, 0)
    else:
        torn.write_bytes(torn.read_bytes()[:-1])
    with pytest.raises(StoreError, match="backup"):
        put_back(empty, folder)
    assert truth(empty.workspace) == {}
    assert {path.name for path in empty.workspace.root.iterdir()} == {"data", "var"}


def test_a_backup_of_a_store_that_does_not_verify_is_refused(copy, empty, tmp_path, monkeypatch):
    flip(next(copy.workspace.artifacts.glob("finetune/*/model/*")), 0)
    monkeypatch.setattr("tickertone.store.backup.verify_files", lambda _: [])
    backup(copy.workspace, tmp_path / "bad")
    with pytest.raises(StoreError, match="other bytes"):
        put_back(empty, tmp_path / "bad")
    assert truth(empty.workspace) == {}


def test_a_store_in_the_way_is_replaced_only_by_force_and_is_kept_aside(copy, folder):
    then = truth(copy.workspace)
    learn_otherwise(copy)
    mine = copy.workspace.var / "prefect" / "prefect.db"
    mine.parent.mkdir()
    mine.write_text("history of Prefect")
    now = truth(copy.workspace)
    with pytest.raises(StoreError, match="--force"):
        put_back(copy, folder)
    assert truth(copy.workspace) == now
    for place in ("before-restore", "before-restore.2"):
        put_back(copy, folder, force=True)
        assert truth(copy.workspace) == then
        assert (copy.workspace.var / "damaged" / place / "artifacts" / "finetune").is_dir()
        assert mine.read_text() == "history of Prefect"
    assert {path.name for path in copy.workspace.root.iterdir()} == {"data", "var"}


def test_a_store_that_a_killed_restore_left_with_its_mark_is_kept_aside_as_any_other(copy, folder):
    """Killed at the very end: nothing was left to do but to remove the mark."""
    learn_otherwise(copy)
    before = truth(copy.workspace)
    (copy.workspace.var / ".restored.part").touch()
    put_back(copy, folder, force=True)
    aside = copy.workspace.root / "aside"
    aside.mkdir()
    (copy.workspace.var / "damaged" / "before-restore").rename(aside / "var")
    assert truth(Workspace(aside)) == before
    assert not (copy.workspace.var / ".restored.part").exists()


def test_the_catalog_is_left_as_it_is_and_what_differs_is_named(folder, empty):
    models = empty.data / "models.yaml"
    models.write_bytes(models.read_bytes() + b"# mine\n")
    before = models.read_bytes()
    ((name, held),) = put_back(empty, folder).differing
    assert name == "data/models.yaml"
    assert held.read_bytes() + b"# mine\n" == before == models.read_bytes()


def test_nothing_is_restored_while_a_run_is_under_way(copy, folder):
    with enter(copy.workspace), pytest.raises(StoreBusy, match="under way"):
        put_back(copy, folder, force=True)


def test_a_run_that_waited_for_a_restore_keeps_the_next_one_out(copy, folder):
    """It holds the lock of the store that is now: the file is the same."""
    lock = copy.workspace.locks / "in-use.lock"
    with enter(copy.workspace):
        pass
    before = lock.stat().st_ino
    put_back(copy, folder, force=True)
    assert lock.stat().st_ino == before


def killed(bench, folder, moment):
    command = [sys.executable, "-m", "tests.store.kill_restore"]
    done = subprocess.run(
        [*command, str(bench.workspace.root), str(folder), str(moment)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == (9 if moment else 0), done.stderr
    return [int(number) for number in done.stdout.split()]


def test_whoever_is_killed_leaves_the_old_store_or_the_new(copy, folder, tmp_path):
    new = truth(copy.workspace)
    learn_otherwise(copy)
    old = truth(copy.workspace)
    mine = copy.workspace.var / "prefect" / "prefect.db"
    mine.parent.mkdir()
    mine.write_text("history of Prefect")
    all_of_it, swap = killed(copy.copied_to(tmp_path / "rehearsal"), folder, 0)
    chance = random.Random(11)
    moments = [*sorted(chance.sample(range(1, swap), 2)), swap, swap + 1, swap + 2]
    moments += sorted(chance.sample(range(swap + 3, all_of_it + 1), 2))
    left = set()
    for moment in moments:
        bench = copy.copied_to(tmp_path / f"killed at {moment}")
        killed(bench, folder, moment)
        found = truth(bench.workspace)
        assert found in (old, new), moment
        left.add("old" if found == old else "new")
        told = [note for note in verify(bench.workspace).notes if "restore that was killed" in note]
        assert len(told) == (bench.workspace.root / ".var.restored.part").exists()
        put_back(bench, folder, force=True)
        assert truth(bench.workspace) == new
        assert verify(bench.workspace).findings == ()
        kept = bench.workspace.root / mine.relative_to(copy.workspace.root)
        assert kept.read_text() == "history of Prefect"
        assert {path.name for path in bench.workspace.root.iterdir()} == {"data", "var"}
    assert left == {"old", "new"}
