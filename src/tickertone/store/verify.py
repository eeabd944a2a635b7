"""Is all that is kept still what was written? Every byte is read, and the database is compared.

Nothing is changed. A step that is being done just now is left out. Files that nothing vouches for
are named in notes; what is not looked at at all stands in tickertone.store.leftovers. The pages in
reports/ are looked at by tickertone.dag.verify, which knows where they are put.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from tickertone.identity.canonical import digest
from tickertone.store.answers import answer_files, damaged_answers
from tickertone.store.artifacts import MANIFEST, SEAL, SHARDS, Artifacts, seal_holds, step_folders
from tickertone.store.files import sha256_file
from tickertone.store.findings import Finding, Verdict
from tickertone.store.in_use import try_at_rest, try_locked
from tickertone.store.journal import journals
from tickertone.store.leftovers import leftover_notes, unknown_files
from tickertone.store.manifest import FileRecord, Manifest
from tickertone.store.verify_database import verify_database
from tickertone.store.verify_records import verify_journals, verify_records
from tickertone.workspace import Workspace

_MEND = "tickertone verify --mend sets it aside; then the next run makes it again"
_BY_ITSELF = "the next run that needs it makes it again"


def verify(workspace: Workspace, *, kept_at_rest: bool = False) -> Verdict:
    """Check manifests, the files that they name, shards, journals, records, and database rows.

    `kept_at_rest` says that the caller keeps runs out of the store already; otherwise a database
    that lags behind a run under way is no finding. Raises StoreBusy if the database is in use.
    """
    look = _Look(Artifacts(workspace), kept_at_rest)
    findings = look.everything()
    bad = {finding.where for finding in findings}
    with try_at_rest(workspace) as alone:
        settled = alone or kept_at_rest
        found, rows = verify_database(
            workspace,
            trusted=[m for m in look.whole if not bad & {_in_var(path) for path in m.files()}],
            readable=look.whole,
            damaged={workspace.var / where for where in bad},
            settled=settled,
        )
        if settled:
            look.notes += [f"{name}: no manifest says what it should be" for name in look.unknown]
            look.notes += leftover_notes(workspace)
    return Verdict(
        findings=(*findings, *found),
        manifests=len(look.whole),
        files=len(look.sizes),
        bytes=sum(look.sizes.values()),
        rows=rows,
        notes=tuple(look.notes),
    )


def verify_files(workspace: Workspace) -> list[Finding]:
    """All but the database. To be called while runs are kept out."""
    return _Look(Artifacts(workspace), kept_at_rest=True).everything()


class _Look:
    """One pass over the artifacts; each file is read once, however many manifests name it."""

    def __init__(self, artifacts: Artifacts, kept_at_rest: bool) -> None:
        self.artifacts = artifacts
        self.kept_at_rest = kept_at_rest
        self.whole: list[Manifest] = []  # manifests that can be believed, whatever their files
        self.sizes: dict[str, int] = {}  # every file of a step that was read
        self.seals: set[str] = set()  # manifests and their seals, relative to var/
        self.notes: list[str] = []
        self.unknown: list[str] = []  # files that nothing vouches for, relative to var/

    def everything(self) -> list[Finding]:
        """All that is wrong with files, and notes on the rest."""
        findings = [*self.manifests(), *self.files(), *self.shards()]
        findings += verify_journals(self.artifacts.workspace, self.notes)
        return [*findings, *self.others(findings)]

    def manifests(self) -> Iterator[Finding]:
        """Steps that say that they are finished, and cannot be believed."""
        for folder in step_folders(self.artifacts.root):
            manifest, wrong = _read(folder)
            where = _in_var(f"{folder.parent.name}/{folder.name}")
            if manifest is not None:
                self.whole.append(manifest)
                self.seals |= {f"{where}/{MANIFEST}", f"{where}/{SEAL}"}
            elif self._settled(folder.name) and _read(folder)[0] is None and folder.exists():
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

    def others(self, findings: list[Finding]) -> Iterator[Finding]:
        """Records with a checksum that does not hold; what nothing vouches for is noted."""
        workspace = self.artifacts.workspace
        seen = self.seals | {_in_var(path) for path in self.sizes}
        seen |= {path.relative_to(workspace.var).as_posix() for path in journals(workspace)}
        seen.add(workspace.database.name)
        seen |= self.answers()
        asides = tuple(f"{finding.aside}/" for finding in findings if finding.aside)
        unknown = list(unknown_files(workspace, seen))
        records = (path for path in unknown if path.suffix == ".json")
        yield from verify_records(workspace, records, seen, self.notes)
        for path in unknown:
            name = path.relative_to(workspace.var).as_posix()
            if name not in seen and not name.startswith(asides):
                self.unknown.append(name)

    def answers(self) -> set[str]:
        """Files of answers: a damaged line costs one answer, so it is noted and mends itself."""
        seen = set()
        for path in answer_files(self.artifacts.workspace):
            name = path.relative_to(self.artifacts.workspace.var).as_posix()
            seen.add(name)
            if damaged := damaged_answers(path):
                again = "these answers are asked for again when they are needed"
                self.notes.append(f"{name}: {damaged} lines are not as they were written; {again}")
        return seen

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
    if not seal_holds(folder, written, manifest):
        missing = not (folder / SEAL).is_file()
        return None, f"{SEAL} is missing" if missing else f"its bytes are not those {SEAL} tells"
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
