"""A backup in the place of the store, in one step.

A whole var/ is put together beside the old one, where the caller can finish and check it. Then
the two change places: whoever is killed leaves the old store or the new one. What is of no backup
(Prefect's home, checkpoints, what was set aside) is carried over, and the old store is kept in
var/damaged/before-restore. The next restore tidies up after one that was killed.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tickertone.errors import StoreError
from tickertone.store.backup import Backup, content, kept_files, read_backup, torn
from tickertone.store.exchange import exchange
from tickertone.store.files import sha256_file, sync_file, write_durably
from tickertone.store.in_use import at_rest
from tickertone.store.leftovers import UNVERIFIED, beside_var
from tickertone.workspace import Workspace

_NEW = ".restored.part"  # in a var/ that a restore put together, until nothing is left to do
_STAYS = UNVERIFIED - {"locks"}


def restore(
    workspace: Workspace, folder: Path, finish: Callable[[Workspace], None], *, force: bool = False
) -> Backup:
    """Put what a backup holds of var/ in the place of var/; the catalog is left as it is.

    `finish` is given the workspace in which the new store lies, before it counts; if it raises,
    nothing has changed. Raises StoreError for a torn backup, or, without `force`, for a store in
    the way, and StoreBusy while a run is under way.
    """
    held = read_backup(folder)
    with at_rest(workspace, "restore"):
        beside = beside_var(workspace)
        _tidy_up(workspace, beside)
        if not force:
            _refuse_store_in_the_way(workspace)
        draft = Workspace(beside)
        try:
            _unpack(held, folder, draft)
            finish(draft)
            _share_locks(workspace, draft)
            exchange(draft.var, workspace.var.resolve())
        finally:
            _tidy_up(workspace, beside)
    return held


def _unpack(held: Backup, folder: Path, draft: Workspace) -> None:
    write_durably(draft.var / _NEW, b"")
    for name, kept in held.files.items():
        source, target = content(folder, kept), draft.root / name
        if not name.startswith("var/"):
            continue
        if not source.is_file():
            raise torn(folder, f"{name} is missing")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        os.utime(target, ns=(kept.modified, kept.modified))
        sync_file(target)
        if target.stat().st_size != kept.size or sha256_file(target) != kept.sha256:
            raise torn(folder, f"{name} is not as it was written")
    for place in (p for p in draft.var.rglob("*") if p.is_dir()):
        sync_file(place)


def _share_locks(workspace: Workspace, draft: Workspace) -> None:
    """The same files in both: whoever holds a lock now, or waits for it, goes on doing so."""
    shutil.rmtree(draft.locks, ignore_errors=True)
    draft.locks.mkdir()
    for lock in workspace.locks.iterdir():
        os.link(lock, draft.locks / lock.name)


def _tidy_up(workspace: Workspace, beside: Path) -> None:
    """Remove a draft that never counted; or put away the old store that it took the place of."""
    old = beside / "var"
    if old.exists() and not (old / _NEW).exists():
        _put_away(workspace, old)
    shutil.rmtree(beside, ignore_errors=True)
    # In any case: left in the store, it would make that look like a draft when it is replaced.
    (workspace.var / _NEW).unlink(missing_ok=True)
    sync_file(workspace.var)


def _put_away(workspace: Workspace, old: Path) -> None:
    """Carry over what is of no backup, and keep the rest, if it holds anything."""
    for name in sorted(_STAYS):
        if (old / name).exists() and not (workspace.var / name).exists():
            (old / name).rename(workspace.var / name)
    if next(kept_files(Workspace(old.parent)), None) or (old / workspace.database.name).exists():
        place, n = workspace.damaged / "before-restore", 1
        while place.exists():
            n += 1
            place = place.with_name(f"before-restore.{n}")
        place.parent.mkdir(parents=True, exist_ok=True)
        old.rename(place)
        sync_file(place.parent)


def _refuse_store_in_the_way(workspace: Workspace) -> None:
    first = next(kept_files(workspace), None)
    if first is None and workspace.database.exists():
        first = workspace.database
    if first is not None:
        raise StoreError(
            "restore",
            found=f"{first.relative_to(workspace.root).as_posix()} is there, and perhaps more",
            expected="no store yet",
            remedy="--force puts the old store into var/damaged/before-restore",
        )
