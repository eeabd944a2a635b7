"""Is all that is kept still what was written? Every byte is read, and the database is compared.

Nothing is changed. A step that is being done just now is left out.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from tickertone.identity.canonical import digest
from tickertone.store.artifacts import MANIFEST, SEAL, SHARDS, Artifacts, seal_holds, step_folders
from tickertone.store.files import sha256_file
from tickertone.store.findings import Finding, Verdict
from tickertone.store.in_use import try_at_rest, try_locked
from tickertone.store.manifest import FileRecord, Manifest
from tickertone.store.verify_database import verify_database
from tickertone.workspace import Workspace

_MEND = "tickertone verify --mend sets it aside; then the next run makes it again"
_BY_ITSELF = "the next run that needs it makes it again"


def verify(workspace: Workspace, *, kept_at_rest: bool = False) -> Verdict:
    """Check every manifest, every file that one names, every shard, and every database row.

    `kept_at_rest` says that the caller keeps runs out of the store already; otherwise a database
    that lags behind a run under way is no finding. Raises StoreBusy if the database is in use.
    """
    look = _Look(Artifacts(workspace), kept_at_rest)
    findings = [*look.manifests(), *look.files(), *look.shards()]
    bad = {finding.where for finding in findings}
    trusted = [m for m in look.whole if not bad & {_in_var(path) for path in m.files()}]
    with try_at_rest(workspace) as alone:
        damaged = {workspace.var / where for where in bad}
        settled = alone or kept_at_rest
        found, rows = verify_database(workspace, trusted, damaged, settled=settled)
    return Verdict(
        findings=(*findings, *found),
        manifests=len(look.whole),
        files=len(look.sizes),
        bytes=sum(look.sizes.values()),
        rows=rows,
    )


class _Look:
    """One pass over the artifacts; each file is read once, however many manifests name it."""

    def __init__(self, artifacts: Artifacts, kept_at_rest: bool) -> None:
        self.artifacts = artifacts
        self.kept_at_rest = kept_at_rest
        self.whole: list[Manifest] = []  # manifests that can be believed, whatever their files
        self.sizes: dict[str, int] = {}  # every file that was read

    def manifests(self) -> Iterator[Finding]:
        """Steps that say that they are finished, and cannot be believed."""
        for folder in step_folders(self.artifacts.root):
            manifest, wrong = _read(folder)
            if manifest is not None:
                self.whole.append(manifest)
            elif self._settled(folder.name) and _read(folder)[0] is None and folder.exists():
                where = _in_var(f"{folder.parent.name}/{folder.name}")
                yield Finding(
                    kind="manifest",
                    where=f"{where}/{MANIFEST}",
                    wrong=wrong,
                    next=_BY_ITSELF,
                    aside=where,
                )

    def files(self) -> Iterator[Finding]:
        """Files that are not what a manifest says of them."""
        for manifest in self.whole:
            for record in manifest.files().values():
                if record.path in self.sizes:
                    continue
                wrong = self._wrong(record)
                if wrong and self._still_so(manifest, record):
                    yield _damaged(manifest, record, wrong)

    def shards(self) -> Iterator[Finding]:
        """Shards whose name is not the hash of their bytes, if no manifest has told of them."""
        for path in sorted((self.artifacts.root / SHARDS).glob("*/*/*.parquet")):
            name = path.relative_to(self.artifacts.root).as_posix()
            if name in self.sizes:
                continue
            self.sizes[name] = path.stat().st_size
            if sha256_file(path) != path.stem:
                where = _in_var(name)
                wrong = "its bytes are not those that its name tells"
                yield Finding(kind="shard", where=where, wrong=wrong, next=_MEND, aside=where)

    def _wrong(self, record: FileRecord) -> str:
        path = self.artifacts.root / record.path
        if not path.is_file():
            self.sizes[record.path] = 0
            return "it is missing"
        size = self.sizes[record.path] = path.stat().st_size
        if size != record.size:
            return f"it has {size:,} bytes, not {record.size:,}"
        if sha256_file(path) != record.sha256:
            return "it has other bytes than when it was written"
        return ""

    def _still_so(self, manifest: Manifest, record: FileRecord) -> bool:
        """Whether a second look finds the same: a run may have been replacing the step."""
        return (
            self._settled(manifest.fingerprint)
            and self.artifacts.read(manifest.stage, manifest.fingerprint) == manifest
            and bool(self._wrong(record))
        )

    def _settled(self, fingerprint: str) -> bool:
        if self.kept_at_rest:
            return True
        with try_locked(self.artifacts.workspace.locks / f"{fingerprint}.lock") as free:
            return free


def _read(folder: Path) -> tuple[Manifest | None, str]:
    """The manifest of a folder, or what is wrong with it."""
    try:
        written = (folder / MANIFEST).read_bytes()
        manifest = Manifest.model_validate_json(written)
    except FileNotFoundError:
        return None, "it is missing"
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "it"
        return None, f"{place} cannot be read: {first['msg']}"
    if not seal_holds(folder, written):
        return None, f"its bytes are not those that {SEAL} tells"
    if (manifest.stage, manifest.fingerprint) != (folder.parent.name, folder.name):
        return None, f"it is of {manifest.stage} {manifest.fingerprint}, not of this folder"
    if digest(json.loads(written)["parts"]) != manifest.fingerprint:
        return None, "its fingerprint is not that of its parts"
    return manifest, ""


def _damaged(manifest: Manifest, record: FileRecord, wrong: str) -> Finding:
    where = _in_var(record.path)
    shared = record.path.startswith(f"{SHARDS}/")
    seen_by_a_run = "bytes, not" in wrong or "missing" in wrong
    return Finding(
        kind="shard" if shared else "file",
        where=where,
        wrong=f"{wrong} ({manifest.stage} {manifest.subject})",
        next=_BY_ITSELF if seen_by_a_run else _MEND,
        aside=where if shared else _in_var("/".join(record.path.split("/")[:2])),
    )


def _in_var(path: str) -> str:
    return f"artifacts/{path}"
