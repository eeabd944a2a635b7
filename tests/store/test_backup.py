"""A backup is whole or refused, and grows by what is new."""

import json
import os

import pytest

from tests.store.damage import flip, victim
from tickertone.errors import StoreBusy, StoreError
from tickertone.store.backup import LIST, backup, read_backup
from tickertone.store.in_use import enter
from tickertone.store.sealed_json import read_sealed, write_sealed

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(copy, tmp_path):
    backup(copy.workspace, tmp_path / "backup")
    return tmp_path / "backup"


def contents(folder):
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("files/*/*")}


def test_all_that_cannot_be_made_again_is_in_it(copy, folder):
    held = read_backup(folder)
    var = copy.workspace.var
    left_out = {"locks", "reports", "scratch", "damaged", "prefect", "matplotlib"}
    wanted = {
        f"var/{path.relative_to(var).as_posix()}"
        for path in var.glob("*/**/*")
        if path.is_file()
        and path.relative_to(var).parts[0] not in left_out
        and path.name != ".lock"
    }
    assert {name for name in held.files if name.startswith("var/")} == wanted
    assert "data/experiments/small.yaml" in held.files


def test_a_record_of_a_kind_of_its_own_is_in_it_as_well(copy, tmp_path):
    write_sealed(copy.workspace.var / "decisions" / "one.json", {"because": "a log line"})
    made = backup(copy.workspace, tmp_path / "backup")
    assert "var/decisions/one.json" in made.backup.files


def test_a_second_backup_copies_only_what_is_new(copy, folder):
    before = contents(folder)
    assert backup(copy.workspace, folder).copied == 0
    copy.run()  # nothing is computed: one journal more
    made = backup(copy.workspace, folder)
    assert made.copied == 1
    after = contents(folder)
    assert {name: after[name] for name in before} == before


def test_what_is_needed_no_more_leaves_the_backup(copy, folder):
    journal = next(copy.workspace.runs.iterdir())
    journal.unlink()
    held = backup(copy.workspace, folder).backup
    assert contents(folder).keys() == {kept.sha256 for kept in held.files.values()}
    assert f"var/runs/{journal.name}" not in held.files


def test_contents_that_rotted_in_the_backup_are_copied_again(copy, folder):
    rotten = next(folder.glob("files/*/*"))
    flip(rotten, 0)
    assert backup(copy.workspace, folder).copied == 1


def test_a_backup_that_is_killed_leaves_the_one_before(copy, folder, monkeypatch):
    listed = (folder / LIST).read_bytes()
    copy.run()

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("tickertone.store.backup.write_sealed", killed)
    with pytest.raises(KeyboardInterrupt):
        backup(copy.workspace, folder)
    assert (folder / LIST).read_bytes() == listed
    assert {kept.sha256 for kept in read_backup(folder).files.values()} <= contents(folder).keys()


@pytest.mark.parametrize("kind", ["model file", "manifest", "journal", "yardstick"])
def test_damage_is_not_backed_up(copy, tmp_path, kind):
    others = {"journal": "runs/*.jsonl", "yardstick": "accepted/*.json"}
    if kind in others:
        path = next(copy.workspace.var.glob(others[kind]))
    else:
        path = victim(copy.workspace, kind)
    flip(path, 20)
    with pytest.raises(StoreError, match="verify --mend"):
        backup(copy.workspace, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_backup_waits_for_no_run(copy, tmp_path):
    with enter(copy.workspace), pytest.raises(StoreBusy):
        backup(copy.workspace, tmp_path / "another")


def test_a_backup_goes_neither_among_other_things_nor_into_the_store(copy, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(StoreError, match="something else is there"):
        backup(copy.workspace, tmp_path / "mine")
    with pytest.raises(StoreError, match="inside var"):
        backup(copy.workspace, copy.workspace.var / "backup")


@pytest.mark.parametrize(
    "name",
    ["../outside", "/etc/passwd", "data/../../x", "var/prefect/x", "var/locks/x", "var/x", "x/y"],
)
def test_a_backup_that_would_write_elsewhere_is_refused(folder, name):
    listed = read_sealed(folder / LIST)
    listed["files"][name] = {"size": 0, "sha256": ""}
    write_sealed(folder / LIST, listed)
    with pytest.raises(StoreError, match="no place in a store"):
        read_backup(folder)


@pytest.mark.parametrize("harm", ["gone", "cut short", "a flipped byte", "of another program"])
def test_a_list_that_cannot_be_believed_is_refused(folder, harm):
    listed = folder / LIST
    text = listed.read_bytes()
    if harm == "gone":
        listed.unlink()
    elif harm == "cut short":
        listed.write_bytes(text[:-100])
    elif harm == "a flipped byte":
        flip(listed, len(text) // 2)
    else:
        listed.write_text(json.dumps({"snapshots": [os.urandom(4).hex()]}))
    with pytest.raises(StoreError, match="backup"):
        read_backup(folder)
