"""A finished result under a second fingerprint: the same files, linked, and a manifest of its own.

Logits and rationales are shared rows: their shards are linked into the new scorer's sets, so that a
text that comes later is scored alone.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tickertone.errors import StoreError
from tickertone.frozen import JSON
from tickertone.identity.fingerprint import Parts
from tickertone.store.acceptances import FACT
from tickertone.store.artifacts import SHARDS, Artifacts, write_manifest
from tickertone.store.files import locked, sha256_file, sync_file
from tickertone.store.in_use import try_locked
from tickertone.store.manifest import FileRecord, Manifest
from tickertone.store.schema import TEXT_SHARDS

SCORER = "scorer"  # the setting of extract that names its set of shards: a hash of its other parts


def rekeyed(old: Manifest, parts: Parts, accepted: Mapping[str, JSON]) -> Manifest:
    """The manifest of the same result as one of `parts`; what was measured stays as it was."""

    def moved(record: FileRecord) -> FileRecord:
        return record.model_copy(update={"path": _moved(record.path, old, parts)})

    outputs = {
        name: output.model_copy(update={"files": tuple(map(moved, output.files))})
        for name, output in old.outputs.items()
    }
    return Manifest(
        subject=old.subject,
        fingerprint=parts.fingerprint,
        parts=parts,
        outputs=outputs,
        facts={**old.facts, FACT: dict(accepted)},
        sealed=True,
    )


def shards_of(old: Manifest, parts: Parts) -> tuple[str, ...]:
    """The shards that a re-keyed result takes over, by their new paths below artifacts/."""
    paths = {_moved(path, old, parts) for path in old.files() if path.startswith(f"{SHARDS}/")}
    return tuple(sorted(paths - old.files().keys()))


def rekey(artifacts: Artifacts, old: Manifest, new: Manifest) -> bool:
    """Put `new` beside `old`; False where a run is making it just now, or has made it meanwhile.

    Nothing stands under the new fingerprint until all of it does. Raises OSError where the disk is
    full or read-only, StoreError for a file that is not as `old` says.
    """
    final = artifacts.folder(new.stage, new.fingerprint)
    with try_locked(artifacts.workspace.locks / f"{new.fingerprint}.lock") as free:
        if not free:
            return False
        there = artifacts.read(new.stage, new.fingerprint)
        if there is not None and not artifacts.damage(there):
            return False
        draft = final.with_name(f".{new.fingerprint}.{os.getpid()}.part")
        _remove(draft)
        draft.mkdir(parents=True)
        try:
            _fill(artifacts, old, new, draft)
            write_manifest(draft, new)
            _remove(final)
            draft.rename(final)
            sync_file(final.parent)
        finally:
            _remove(draft)
    return True


def drop(artifacts: Artifacts, stage: str, fingerprint: str, shards: list[str]) -> None:
    """Remove a re-keyed result and the given shards; to be called while runs are kept out."""
    final = artifacts.folder(stage, fingerprint)
    if final.exists():
        # Out of sight first: what is left of it after a crash looks like nothing finished.
        hidden = final.with_name(f".{fingerprint}.{os.getpid()}.part")
        _remove(hidden)
        final.rename(hidden)
        sync_file(final.parent)
        _remove(hidden)
    for name in shards:
        (artifacts.root / name).unlink(missing_ok=True)


def _moved(path: str, old: Manifest, parts: Parts) -> str:
    """Where a file of the old result lies in the new one; that of another step stays."""
    homes = {f"{old.stage}/{old.fingerprint}/": f"{parts.stage}/{parts.fingerprint}/"}
    if SCORER in old.parts.settings:
        before, after = old.parts.settings[SCORER], parts.settings[SCORER]
        for kind in TEXT_SHARDS:
            homes[f"{SHARDS}/{kind}/{before}/"] = f"{SHARDS}/{kind}/{after}/"
    for home, new_home in homes.items():
        if path.startswith(home):
            return new_home + path.removeprefix(home)
    return path


def _fill(artifacts: Artifacts, old: Manifest, new: Manifest, draft: Path) -> None:
    final = artifacts.folder(new.stage, new.fingerprint)
    folders = {draft}
    for record in old.files().values():
        source = artifacts.root / record.path
        target = artifacts.root / _moved(record.path, old, new.parts)
        if target.is_relative_to(final):
            place = draft / target.relative_to(final)
            place.parent.mkdir(parents=True, exist_ok=True)
            folders |= {place.parent, *_between(draft, place.parent)}
            _same_file(source, place, record)
        elif target != source:
            target.parent.mkdir(parents=True, exist_ok=True)
            with locked(target.parent / ".lock"):  # that of the set of shards
                if not target.exists():
                    _same_file(source, target, record)
                    sync_file(target.parent)
    for folder in folders:
        sync_file(folder)


def _between(top: Path, folder: Path) -> list[Path]:
    return [parent for parent in folder.parents if parent.is_relative_to(top)]


def _same_file(source: Path, target: Path, record: FileRecord) -> None:
    """A second name for a file; a checked copy where the file system has no links."""
    try:
        os.link(source, target)
        return
    except FileNotFoundError:
        raise
    except OSError:  # no links here, or too many of them
        temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(source, temporary)
        sync_file(temporary)
        if sha256_file(temporary) != record.sha256:
            raise StoreError(
                record.path,
                found="other bytes than when it was written",
                remedy="tickertone verify --mend",
            )
        temporary.rename(target)
    finally:
        temporary.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
