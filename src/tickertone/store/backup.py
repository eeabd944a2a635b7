"""A copy of all that runs have made, but for what is made from the rest.

    BACKUP/files/ab/abcd...   contents, each named by its sha256
    BACKUP/backup.json        which of them stand for which file; written last, with a checksum

Backing up again into the same folder copies only what is new; until the new list is in place, the
old one holds. The database and the pages in reports/ are left out: `restore` makes them anew.
"""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import ValidationError

from tickertone.errors import StoreError
from tickertone.frozen import Frozen
from tickertone.store.files import sha256_file, sync_file
from tickertone.store.in_use import at_rest
from tickertone.store.leftovers import PAGES, UNVERIFIED, unknown_files
from tickertone.store.sealed_json import read_sealed, write_sealed
from tickertone.store.verify import verify_files
from tickertone.workspace import Workspace

LIST = "backup.json"
_FILES = "files"
_BLOCK = 1 << 20


class Kept(Frozen):
    """One file of a backup."""

    size: int
    sha256: str
    modified: int = 0  # nanoseconds; of two journals of one second, the later write counts last


class Backup(Frozen):
    """What a backup holds: path, below var/ or data/ of a checkout -> file."""

    format: Literal["tickertone backup 1"] = "tickertone backup 1"
    files: dict[str, Kept]

    def __str__(self) -> str:
        """One line."""
        megabytes = sum(kept.size for kept in self.files.values()) / 1e6
        return f"{len(self.files):,} files, {megabytes:,.1f} MB"


class Made(Frozen):
    """A backup, and what was copied for it; the rest was there already."""

    backup: Backup
    copied: int
    bytes: int


def backup(workspace: Workspace, folder: Path) -> Made:
    """Copy the store and the catalog into a folder: a new one, or one that holds a backup.

    Raises StoreError if it is of something else or a file is not as it was written, StoreBusy
    while a run is under way.
    """
    _refuse_other_places(workspace, folder)
    with at_rest(workspace, "backup"):
        _refuse_damage(workspace)
        files, copied = {}, {}
        for name, path in _to_keep(workspace):
            about, sha256 = path.stat(), sha256_file(path)
            files[name] = Kept(size=about.st_size, sha256=sha256, modified=about.st_mtime_ns)
            if not _is_whole(folder, files[name]):
                _copy(path, folder, files[name])
                copied[files[name].sha256] = files[name].size
        made = Backup(files=files)
        sync_file(folder / _FILES)
        write_sealed(folder / LIST, made.model_dump())
        # Under the lock: contents that a second backup copies just then are in no list yet.
        _drop_others(folder, {kept.sha256 for kept in files.values()})
    return Made(backup=made, copied=len(copied), bytes=sum(copied.values()))


def read_backup(folder: Path) -> Backup:
    """The list of a backup, and where its files may go checked. Raises StoreError."""
    try:
        held = Backup.model_validate(read_sealed(folder / LIST))
    except FileNotFoundError:
        raise torn(folder, f"no {LIST}: this is no backup, or it was not finished") from None
    except StoreError:
        raise torn(folder, f"{LIST} is damaged") from None
    except ValidationError:
        raise torn(folder, f"{LIST} is not of this version of tickertone") from None
    for name in held.files:
        parts = PurePosixPath(name).parts
        place = parts[1] if len(parts) > 2 and parts[0] == "var" else ""
        if ".." in parts or not (parts[:1] == ("data",) or place) or place in UNVERIFIED | {PAGES}:
            raise torn(folder, f"{name!r} is no place in a store")
    return held


def content(folder: Path, kept: Kept) -> Path:
    """Where a file of a backup lies."""
    return folder / _FILES / kept.sha256[:2] / kept.sha256


def torn(folder: Path, found: str) -> StoreError:
    """A backup that cannot be restored."""
    return StoreError(
        f"backup {folder}",
        found=found,
        expected=f"every file as {LIST} lists it",
        remedy="use another backup; nothing was changed",
    )


def kept_files(workspace: Workspace) -> Iterator[Path]:
    """All files of var/ but those that are made from others or are of use to one machine alone."""
    yield from unknown_files(workspace, {workspace.database.name})


def _to_keep(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    for path in kept_files(workspace):
        if path.parent != workspace.var:
            yield f"var/{path.relative_to(workspace.var).as_posix()}", path
    for path in sorted(workspace.data.rglob("*.yaml")):
        yield f"data/{path.relative_to(workspace.data).as_posix()}", path


def _refuse_other_places(workspace: Workspace, folder: Path) -> None:
    if folder.resolve().is_relative_to(workspace.var.resolve()):
        raise StoreError(
            str(folder),
            found="a place inside var/",
            expected="one outside",
            remedy="name a folder elsewhere, best on another disk",
        )
    inside = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if (folder.exists() and not folder.is_dir()) or inside - {_FILES, LIST}:
        expected = "a new folder, or one that holds a backup"
        raise StoreError(str(folder), found="something else is there", expected=expected)
    if LIST in inside:
        read_backup(folder)


def _refuse_damage(workspace: Workspace) -> None:
    damage = verify_files(workspace)
    if damage:
        more = f", and {len(damage) - 1:,} more findings" if damage[1:] else ""
        raise StoreError(
            damage[0].where,
            found=f"{damage[0].wrong}{more}",
            remedy="tickertone verify --mend, run the experiment, then back up again",
        )


def _is_whole(folder: Path, kept: Kept) -> bool:
    path = content(folder, kept)
    return path.is_file() and path.stat().st_size == kept.size and sha256_file(path) == kept.sha256


def _copy(source: Path, folder: Path, kept: Kept) -> None:
    final = content(folder, kept)
    final.parent.mkdir(parents=True, exist_ok=True)
    draft = final.with_name(f".{final.name}.{os.getpid()}.part")
    with source.open("rb") as old, draft.open("wb") as new:
        while block := old.read(_BLOCK):
            new.write(block)
    sync_file(draft)
    if sha256_file(draft) != kept.sha256:
        raise StoreError(str(draft), found="other bytes than were copied", remedy="back up again")
    draft.rename(final)
    sync_file(final.parent)


def _drop_others(folder: Path, needed: set[str]) -> None:
    """Contents that no file has any more, and drafts of a backup that was killed."""
    for path in (folder / _FILES).glob("*/*"):
        if path.name not in needed:
            path.unlink()
