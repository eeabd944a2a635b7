"""A backup is whole or refused; what is restored from it is what was."""

import json
import shutil

import pytest

from tests.dag.bench import Bench
from tests.store.damage import flip, victim
from tickertone.catalog.load import load_catalog
from tickertone.dag.catalog_rows import catalog_rows
from tickertone.errors import StoreBusy, StoreError
from tickertone.store.backup import backup, restore
from tickertone.store.in_use import enter
from tickertone.store.rebuild import rebuild
from tickertone.store.verify import verify
from tickertone.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture
def backed_up(copy, tmp_path):
    backup(copy.workspace, tmp_path / "backup")
    return tmp_path / "backup"


@pytest.fixture
def empty(copy, tmp_path):
    """Another checkout, without a store."""
    shutil.copytree(copy.data, tmp_path / "other" / "data")
    bench = Bench.__new__(Bench)
    bench.workspace, bench.data = Workspace(tmp_path / "other"), tmp_path / "other" / "data"
    return bench


def test_what_is_restored_is_whole_and_nothing_is_computed_again(copy, backed_up, empty):
    restore(empty.workspace, backed_up)
    rebuild(empty.workspace, catalog_rows(load_catalog(empty.data)))
    assert verify(empty.workspace).findings == ()
    for view in ("leaderboard", "logits", "predictions", "steps", "examples", "models"):
        sql = f"SELECT * FROM {view}"
        assert sorted(map(repr, empty.ask(sql))) == sorted(map(repr, copy.ask(sql)))
    assert empty.computed() == set()


@pytest.mark.parametrize("harm", ["no list", "torn list", "a file less", "a flipped byte"])
def test_a_torn_backup_is_refused_and_nothing_is_left_of_it(backed_up, empty, harm):
    listed = backed_up / "backup.json"
    if harm == "no list":
        listed.unlink()
    elif harm == "torn list":
        listed.write_bytes(listed.read_bytes()[:-100])
    else:
        victim_file = next(backed_up.glob("artifacts/finetune/*/model/*"))
        victim_file.unlink() if harm == "a file less" else flip(victim_file, 0)
    with pytest.raises(StoreError, match="backup"):
        restore(empty.workspace, backed_up)
    var = empty.workspace.var
    assert [p for p in var.rglob("*") if p.is_file() and p.parent.name != "locks"] == []


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "data/../../x", "prefect/x"])
def test_a_backup_that_would_write_elsewhere_is_refused(backed_up, empty, name):
    listed = json.loads((backed_up / "backup.json").read_text())
    listed["files"][name] = {"size": 0, "sha256": ""}
    (backed_up / "backup.json").write_text(json.dumps(listed))
    with pytest.raises(StoreError, match="no place in a store"):
        restore(empty.workspace, backed_up)


def test_a_store_in_the_way_is_replaced_only_by_force_and_is_kept_aside(copy, backed_up):
    with pytest.raises(StoreError, match="var/artifacts"):
        restore(copy.workspace, backed_up)
    restore(copy.workspace, backed_up, force=True)
    assert copy.computed() == set()
    assert (copy.workspace.var / "damaged" / "artifacts" / "finetune").is_dir()


def test_a_catalog_that_differs_is_replaced_only_by_force(backed_up, empty):
    models = empty.data / "models.yaml"
    before = models.read_bytes()
    models.write_bytes(before + b"# mine\n")
    with pytest.raises(StoreError, match=r"data/models\.yaml"):
        restore(empty.workspace, backed_up)
    restore(empty.workspace, backed_up, force=True)
    assert models.read_bytes() == before


def test_damage_is_not_backed_up(copy, tmp_path):
    flip(victim(copy.workspace, "model file"), 0)
    with pytest.raises(StoreError, match="verify --mend"):
        backup(copy.workspace, tmp_path / "backup")
    assert not (tmp_path / "backup" / "backup.json").exists()


def test_a_backup_waits_for_no_run_and_overwrites_nothing(copy, backed_up, tmp_path):
    with enter(copy.workspace), pytest.raises(StoreBusy):
        backup(copy.workspace, tmp_path / "another")
    with pytest.raises(StoreError, match="something is there"):
        backup(copy.workspace, backed_up)
    with pytest.raises(StoreError, match="inside var"):
        backup(copy.workspace, copy.workspace.var / "backup")
