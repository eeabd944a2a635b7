"""What is written is on the disk before the name that vouches for it; shown by the order of calls.

A power cut may keep a rename and lose the bytes of a file that was not forced out before.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from tests.store.test_artifacts import quiet, step
from tickertone.models.encoder.checkpoints import Progress, mark_complete, newest_complete
from tickertone.stages.work import Made, Product
from tickertone.store.artifacts import Artifacts
from tickertone.store.files import write_durably
from tickertone.store.shards import ShardSet
from tickertone.workspace import Workspace


@pytest.fixture
def calls(monkeypatch):
    """("sync", path) and ("rename", from, to), in order; the calls themselves are made."""
    made = []
    fsync, rename = os.fsync, Path.rename

    def noting_fsync(descriptor):
        made.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    def noting_rename(path, target):
        made.append(("rename", path, Path(target)))
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(Path, "rename", noting_rename)
    return made


def synced_before(calls, moment):
    return {call[1] for call in calls[: calls.index(moment)] if call[0] == "sync"}


def renamed_to(calls, target):
    return next(call for call in calls if call[0] == "rename" and call[2] == target)


def body(work):
    """A model in a folder of its own, and a file beside it."""
    model = work.out / "model"
    model.mkdir()
    (model / "weights").write_text("1 2 3")
    (work.out / "notes.txt").write_text("fine")
    return Product({"model": Made((model / "weights",)), "notes": Made((work.out / "notes.txt",))})


def test_a_steps_files_and_folders_are_on_the_disk_before_it_gets_its_name(tmp_path, calls):
    artifacts = Artifacts(Workspace(tmp_path))
    artifacts.adopt_or_make(step(), body, quiet)
    final = artifacts.folder("toy", step().fingerprint)
    moment = renamed_to(calls, final)
    draft = moment[1]
    files = {draft / path.relative_to(final) for path in final.rglob("*") if path.is_file()}
    named = {path for path in files if not path.name.startswith("manifest.")}
    assert named
    assert {*named, draft / "model", draft} <= synced_before(calls, moment)
    assert ("sync", final.parent) in calls[calls.index(moment) :]


def test_the_manifest_is_the_last_file_of_a_step(tmp_path, calls):
    artifacts = Artifacts(Workspace(tmp_path))
    artifacts.adopt_or_make(step(), body, quiet)
    names = [call[2].name for call in calls if call[0] == "rename"]
    assert names == ["manifest.sha256", "manifest.json", step().fingerprint]
    moment = next(call for call in calls if call[-1].name == "manifest.json")
    draft = moment[2].parent
    assert {draft / "model" / "weights", draft / "notes.txt"} <= synced_before(calls, moment)


def test_a_shard_is_on_the_disk_before_it_gets_its_name(tmp_path, calls):
    ShardSet(tmp_path).fill(["a", "b"], lambda missing: np.ones((len(missing), 3), np.float32))
    (shard,) = tmp_path.glob("*.parquet")
    moment = renamed_to(calls, shard)
    assert moment[1] in synced_before(calls, moment)
    assert calls[-1] == ("sync", tmp_path)


def test_a_file_written_whole_is_on_the_disk_before_it_gets_its_name(tmp_path, calls):
    write_durably(tmp_path / "page.html", b"<p>")
    assert [call[0] for call in calls] == ["sync", "rename", "sync"]
    assert calls[0][1] == calls[1][1]
    assert calls[2][1] == tmp_path


def test_a_checkpoint_is_on_the_disk_before_its_marker(tmp_path, calls):
    folder = tmp_path / "checkpoint-8"
    folder.mkdir()
    for name in ("model.safetensors", "optimizer.pt"):
        (folder / name).write_bytes(b"weights")
    mark_complete(folder, progress(8))
    moment = renamed_to(calls, folder / "complete.json")
    assert {folder / "model.safetensors", folder / "optimizer.pt", folder} <= synced_before(
        calls, moment
    )
    assert moment[1] in synced_before(calls, moment)
    found = newest_complete(tmp_path)
    assert found is not None
    assert found[0] == folder


def progress(step_number):
    return Progress(
        step=step_number,
        finished=False,
        epochs=0,
        best_step=None,
        best_epoch=None,
        seconds=1.0,
        busy_seconds=1.0,
        samples=64,
        tokens=640,
    )
