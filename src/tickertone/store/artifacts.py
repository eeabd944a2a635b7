"""Finished steps on disk: artifacts/STAGE/FINGERPRINT/ with files and, written last, manifest.json.

A manifest says what the files are, and its seal says what the manifest is.

`adopt_or_make` is the one rule that serves two runs at once, repair after a lost Prefect cache and
restarts: under an flock on the fingerprint, a whole manifest is adopted, else the step is computed.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from tickertone.errors import StoreError
from tickertone.identity.canonical import digest
from tickertone.identity.code import changed_since
from tickertone.stages.work import Made, Product, Say, Work
from tickertone.store.files import locked, sha256_file, sync_file, write_durably
from tickertone.store.manifest import FileRecord, Manifest, Output, Step
from tickertone.workspace import Workspace

MANIFEST = "manifest.json"
SHARDS = "shards"  # the folder, beside those of the stages, of rows that steps share
SEAL = "manifest.sha256"  # of the manifest's bytes, as sha256sum writes and checks it
Body = Callable[[Work], Product]


class Artifacts:
    """The finished steps of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.root = workspace.artifacts

    def folder(self, stage: str, fingerprint: str) -> Path:
        """Where a step's files lie once it is finished."""
        return self.root / stage / fingerprint

    def logits(self, scorer: str) -> Path:
        """The shards of one scorer's logits."""
        return self.root / SHARDS / "logits" / scorer

    def paths(self, output: Output) -> tuple[Path, ...]:
        """The files of an output on this machine."""
        return tuple(self.root / file.path for file in output.files)

    def find(self, step: Step) -> Manifest | None:
        """The manifest of a finished step whose files are all there and of the stated size."""
        manifest = self.read(step.stage, step.fingerprint)
        return manifest if manifest is not None and not self.damage(manifest) else None

    def read(self, stage: str, fingerprint: str) -> Manifest | None:
        """The manifest as written, files unchecked; None where there is none, or it is damaged."""
        folder = self.folder(stage, fingerprint)
        try:
            written = (folder / MANIFEST).read_bytes()
            manifest = Manifest.model_validate_json(written)
        except (FileNotFoundError, ValidationError):
            return None
        whole = manifest.fingerprint == fingerprint and seal_holds(folder, written, manifest)
        return manifest if whole else None

    def damage(self, manifest: Manifest, *, hashes: bool = False) -> list[str]:
        """What is wrong with the files of a manifest, in words; sizes alone unless `hashes`."""
        wrong = []
        for record in manifest.files().values():
            path = self.root / record.path
            if not path.is_file():
                wrong.append(f"{record.path} is missing")
            elif path.stat().st_size != record.size:
                wrong.append(f"{record.path} has {path.stat().st_size} bytes, not {record.size}")
            elif hashes and sha256_file(path) != record.sha256:
                wrong.append(f"{record.path} has other bytes than when it was written")
        return wrong

    def whole(self, output: Output) -> bool:
        """Whether all files of an output are there and of the stated size."""
        return not any(self._amiss(record) for record in output.files)

    def lost(self, step: Step) -> list[str]:
        """The paths of files that a step once made, and that are missing or of another size."""
        manifest = self.read(step.stage, step.fingerprint)
        records = manifest.files().values() if manifest is not None else ()
        return [record.path for record in records if self._amiss(record)]

    def _amiss(self, record: FileRecord) -> bool:
        path = self.root / record.path
        return not path.is_file() or path.stat().st_size != record.size

    def adopt_or_make(self, step: Step, body: Body, say: Say) -> tuple[Manifest, bool]:
        """The step's manifest, and whether it had to be made. Raises what `body` raises."""
        if not step.refresh and (manifest := self.find(step)) is not None:
            return manifest, False
        with locked(self.workspace.locks / f"{step.fingerprint}.lock"):
            if not step.refresh and (manifest := self.find(step)) is not None:
                return manifest, False
            return self._make(step, body, say), True

    def restated(self, step: Step, manifest: Manifest) -> Manifest:
        """The manifest of a finished step with the facts that the step states now.

        They are no part of its identity: a licence may be renamed, and then is everywhere.
        """
        if {**manifest.facts, **step.facts} == manifest.facts:
            return manifest
        with locked(self.workspace.locks / f"{step.fingerprint}.lock"):
            if (found := self.find(step)) is None:
                return manifest
            restated = found.model_copy(update={"facts": {**found.facts, **step.facts}})
            if restated != found:
                folder = self.folder(step.stage, step.fingerprint)
                old, new = (folder / MANIFEST).read_bytes(), _written(restated)
                write_durably(folder / SEAL, _seal(old) + _seal(new))  # holds for either
                write_durably(folder / MANIFEST, new)
                write_durably(folder / SEAL, _seal(new))
            return restated

    def _make(self, step: Step, body: Body, say: Say) -> Manifest:
        final = self.folder(step.stage, step.fingerprint)
        draft = final.with_name(f".{step.fingerprint}.{os.getpid()}.part")
        scratch = self.workspace.scratch / step.fingerprint
        for left_behind in final.parent.glob(f".{step.fingerprint}.*.part"):
            _remove(left_behind)
        draft.mkdir(parents=True)
        began = time.monotonic()
        try:
            product = body(self._work(step, draft, scratch, say))
            self._recheck(step)
            manifest = self._describe(step, product, draft, time.monotonic() - began)
            for folder in {path.parent for path in draft.rglob("*")}:
                sync_file(folder)  # its files are on the disk, and now their names in it
            write_manifest(draft, manifest)
            _remove(final)
            draft.rename(final)
            sync_file(final.parent)
        finally:
            _remove(draft)
        _remove(scratch)
        return manifest

    def _work(self, step: Step, draft: Path, scratch: Path, say: Say) -> Work:
        return Work(
            subject=step.subject,
            settings=step.parts.settings,
            inputs={role: self.paths(output) for role, output in sorted(step.inputs.items())},
            contents={
                **step.parts.inputs,
                **{role: output.content for role, output in step.inputs.items()},
            },
            notes=step.notes,
            out=draft,
            scratch=scratch,
            shards=self.root / SHARDS,
            reports=self.workspace.reports,
            project=self.workspace.root,
            say=say,
            recheck=partial(self._recheck, step),
        )

    def _recheck(self, step: Step) -> None:
        """Refuse a result of other code, or of other inputs, than its fingerprint names.

        A training that began before an edit may have run the code that came after; and another run
        that was told to refresh may have replaced a file while it was read.
        """
        changed = changed_since(step.parts.code)
        for output in step.inputs.values():
            for record in output.files:
                path = self.root / record.path
                if not path.is_file() or sha256_file(path) != record.sha256:
                    changed.append(record.path)
        if changed:
            raise StoreError(
                f"step {step.name}",
                found=f"changed while it ran: {', '.join(changed)}",
                expected="the code and the inputs that its fingerprint names",
                remedy="run again; what was finished before the change is kept",
            )

    def _describe(self, step: Step, product: Product, draft: Path, seconds: float) -> Manifest:
        final = self.folder(step.stage, step.fingerprint)
        seen: dict[Path, FileRecord] = {}

        def record(path: Path) -> FileRecord:
            if path not in seen:
                inside = path.is_relative_to(draft)
                place = final / path.relative_to(draft) if inside else path
                if not place.is_relative_to(self.root):
                    raise StoreError(str(path), found="a product outside the artifacts folder")
                if inside:
                    sync_file(path)
                seen[path] = FileRecord(
                    path=place.relative_to(self.root).as_posix(),
                    size=path.stat().st_size,
                    sha256=sha256_file(path),
                )
            return seen[path]

        def output(made: Made) -> Output:
            records = tuple(record(path) for path in made.files)
            content = made.content or digest([[Path(r.path).name, r.sha256] for r in records])
            return Output(content=content, files=records)

        return Manifest(
            subject=step.subject,
            fingerprint=step.fingerprint,
            parts=step.parts,
            outputs={name: output(made) for name, made in sorted(product.outputs.items())},
            facts={**product.facts, **step.facts, "seconds": round(seconds, 3)},
            sealed=True,
        )


def step_folders(root: Path) -> list[Path]:
    """The folders of finished steps below the artifacts folder, drafts left out."""
    folders = (folder for folder in root.glob("*/*") if folder.parent.name != SHARDS)
    return sorted(f for f in folders if f.is_dir() and not f.name.startswith("."))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write a manifest and its seal; the manifest last."""
    written = _written(manifest)
    write_durably(folder / SEAL, _seal(written))
    write_durably(folder / MANIFEST, written)


def seal_holds(folder: Path, written: bytes, manifest: Manifest) -> bool:
    """Whether a manifest's bytes are those of its seal; one from before seals is taken as it is."""
    try:
        return _seal(written) in (folder / SEAL).read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return not manifest.sealed


def _written(manifest: Manifest) -> bytes:
    return manifest.model_dump_json(indent=1).encode()


def _seal(written: bytes) -> bytes:
    return f"{hashlib.sha256(written).hexdigest()}  {MANIFEST}\n".encode()


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
