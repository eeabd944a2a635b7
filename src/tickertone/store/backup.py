"""A copy of all that cannot be computed from something else, and back again.

backup.json, written last, holds the sha256 of every file: without it, or with a file that differs,
a backup is torn and is refused. The database is left out: it is rebuilt from the rest.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from tickertone.errors import StoreError
from tickertone.frozen import Frozen
from tickertone.store.artifacts import Artifacts, step_folders
from tickertone.store.files import sync_file, write_durably
from tickertone.store.in_use import at_rest
from tickertone.store.mend import move_aside
from tickertone.workspace import Workspace

_LIST = "backup.json"
_STORE = ("artifacts", "runs", "accepted", "acceptances")  # folders of var/
_BLOCK = 1 << 20


class Kept(Frozen):
    """One file of a backup."""

    size: int
    sha256: str


class Backup(Frozen):
    """What a backup holds: path relative to it -> file."""

    files: dict[str, Kept]

    def __str__(self) -> str:
        """One line."""
        return f"{len(self.files):,} files, {sum(f.size for f in self.files.values()):,} bytes"


def backup(workspace: Workspace, folder: Path) -> Backup:
    """Copy the store and the catalog into a new folder.

    Raises StoreError if it has something in it or a file differs from its manifest, StoreBusy
    while a run is under way.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError(str(folder), found="something is there", expected="a new, empty folder")
    if folder.resolve().is_relative_to(workspace.var.resolve()):
        raise StoreError(str(folder), found="a place inside var/", expected="one outside")
    with at_rest(workspace, "backup"):
        expected = _named_by_manifests(workspace)
        files = {}
        for name, path in _to_keep(workspace):
            files[name] = _copy(path, folder / name)
            if files[name].sha256 != expected.get(name, files[name].sha256):
                raise StoreError(
                    name,
                    found="other bytes than when it was written",
                    remedy="tickertone verify --mend, run the experiment, then back up again",
                )
        lost = sorted(expected.keys() - files.keys())
        if lost:
            raise StoreError(lost[0], found="it is missing", remedy="tickertone verify --mend")
        made = Backup(files=files)
        write_durably(folder / _LIST, made.model_dump_json(indent=1).encode())
    return made


def restore(workspace: Workspace, folder: Path, *, force: bool = False) -> Backup:
    """Put a backup in the place of the store and the catalog; the database is then out of date.

    Every file is checked before anything is put in its place. With `force`, what is in the way
    goes to var/damaged. Raises StoreError for a torn backup, or for something in the way.
    """
    held = _read(folder)
    _refuse_what_is_in_the_way(workspace, folder, held, force=force)
    draft = workspace.var / f".restored.{os.getpid()}.part"
    with at_rest(workspace, "restore"):
        try:
            _copy_whole(held, folder, draft)
            _put_in_place(workspace, held, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return held


def _copy_whole(held: Backup, folder: Path, draft: Path) -> None:
    for name, kept in held.files.items():
        if not (folder / name).is_file() or _copy(folder / name, draft / name) != kept:
            raise _torn(folder, f"{name} is not as it was written")


def _put_in_place(workspace: Workspace, held: Backup, draft: Path) -> None:
    for name in _STORE:
        if (workspace.var / name).exists():
            move_aside(workspace, workspace.var / name)
        if (draft / name).exists():
            (draft / name).rename(workspace.var / name)
    if workspace.database.exists():
        move_aside(workspace, workspace.database)
    for name in (name for name in held.files if name.startswith("data/")):
        write_durably(workspace.root / name, (draft / name).read_bytes())
    sync_file(workspace.var)


def _to_keep(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """Names in the backup, and the files; drafts and locks left out."""
    places = [(name, workspace.var / name, "*") for name in _STORE]
    for name, root, pattern in [*places, ("data", workspace.data, "*.yaml")]:
        for path in sorted(root.rglob(pattern)):
            inside = path.relative_to(root)
            if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                yield f"{name}/{inside.as_posix()}", path


def _named_by_manifests(workspace: Workspace) -> dict[str, str]:
    """Name in the backup -> sha256, of every file that a manifest names."""
    artifacts = Artifacts(workspace)
    read = (artifacts.read(f.parent.name, f.name) for f in step_folders(artifacts.root))
    manifests = [manifest for manifest in read if manifest is not None]
    return {
        f"artifacts/{path}": record.sha256
        for manifest in manifests
        for path, record in manifest.files().items()
    }


def _copy(source: Path, target: Path) -> Kept:
    """Copy a file durably, hashing what is read."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sha, size = hashlib.sha256(), 0
    with source.open("rb") as old, target.open("wb") as new:
        while block := old.read(_BLOCK):
            sha.update(block)
            size += new.write(block)
    sync_file(target)
    return Kept(size=size, sha256=sha.hexdigest())


def _read(folder: Path) -> Backup:
    try:
        held = Backup.model_validate_json((folder / _LIST).read_bytes())
    except FileNotFoundError:
        raise _torn(folder, f"no {_LIST}: it was not finished") from None
    except ValidationError:
        raise _torn(folder, f"{_LIST} cannot be read") from None
    for name in held.files:
        parts = PurePosixPath(name).parts
        if not parts or parts[0] not in (*_STORE, "data") or ".." in parts:
            raise _torn(folder, f"{name!r} is no place in a store")
    return held


def _refuse_what_is_in_the_way(
    workspace: Workspace, folder: Path, held: Backup, *, force: bool
) -> None:
    if force:
        return
    places = [workspace.var / name for name in _STORE] + [workspace.database]
    in_the_way = [
        path.relative_to(workspace.root).as_posix()
        for path in places
        if path.is_file() or (path.is_dir() and any(path.iterdir()))
    ]
    for name in held.files:
        mine = workspace.root / name
        if name.startswith("data/") and mine.is_file():
            there = folder / name
            if not there.is_file() or there.read_bytes() != mine.read_bytes():
                in_the_way.append(name)
    if in_the_way:
        raise StoreError(
            "restore",
            found=f"{', '.join(in_the_way)} would be replaced",
            expected="no store yet, and no other catalog",
            remedy="--force puts the old store into var/damaged and replaces the catalog",
        )


def _torn(folder: Path, found: str) -> StoreError:
    return StoreError(
        f"backup {folder}",
        found=found,
        expected="every file as backup.json lists it",
        remedy="take another backup; nothing was changed",
    )
