"""Are the pages in reports/ what the last run put there? They are compared with their artifacts."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

from tickertone.dag.publish import (
    PAGES,
    data_docs_folder,
    has_tables,
    publish,
    tables_differ,
    tables_folder,
)
from tickertone.store.artifacts import Artifacts
from tickertone.store.files import sha256_file
from tickertone.store.findings import Finding
from tickertone.store.manifest import Manifest
from tickertone.store.replay import replay
from tickertone.validation.data_docs import differs
from tickertone.workspace import Workspace


def verify_pages(workspace: Workspace, notes: list[str]) -> Iterator[Finding]:
    """Pages that differ. One that is not there is a note, for the next run puts it there.

    To be called while runs are kept out. A page whose artifact is damaged is not looked at.
    """
    known: list[Path] = []
    for subject, manifest in last_with_pages(workspace):
        for place in _places(workspace, subject, manifest):
            known.append(place)
            if not place.exists():
                notes.append(
                    f"{_in_var(workspace, place)} is not there: the next run puts it there"
                )
            elif wrong := _wrong(workspace, subject, place, manifest):
                yield Finding(
                    kind="page",
                    where=_in_var(workspace, place),
                    wrong=wrong,
                    next="tickertone verify --mend publishes it again",
                    aside=_in_var(workspace, place),
                )
    for path in sorted(p for p in workspace.reports.rglob("*") if p.is_file()):
        if not any(path.is_relative_to(place) for place in known):
            notes.append(f"{_in_var(workspace, path)}: no run made it, so it was not checked")


def publish_again(workspace: Workspace) -> list[str]:
    """Put pages that are not there where people look; their places, relative to var/."""
    put = []
    for subject, manifest in last_with_pages(workspace):
        lost = [p for p in _places(workspace, subject, manifest) if not p.exists()]
        if lost:
            publish(workspace, subject, manifest)
            put += [_in_var(workspace, place) for place in lost]
    return put


def last_with_pages(workspace: Workspace) -> Iterator[tuple[str, Manifest]]:
    """Subject and manifest of each step that has pages, as it was last done, if it is whole."""
    artifacts = Artifacts(workspace)
    for (stage, subject), fingerprint in sorted(replay(workspace).last.items()):
        manifest = artifacts.read(stage, fingerprint) if stage in PAGES else None
        if manifest is not None and not artifacts.damage(manifest, hashes=True):
            yield subject, manifest


def _places(workspace: Workspace, subject: str, manifest: Manifest) -> list[Path]:
    """The pages of a step, and the folder of its tables."""
    if manifest.stage != "report":
        return [data_docs_folder(workspace, subject)]
    tables = tables_folder(workspace, subject)
    return [workspace.report_page(subject), *([tables] if has_tables(manifest) else [])]


def _wrong(workspace: Workspace, subject: str, place: Path, manifest: Manifest) -> str:
    artifacts = Artifacts(workspace)
    if place == tables_folder(workspace, subject):
        name = tables_differ(workspace, subject, manifest)
        return f"{name} is not as the report step made it" if name else ""
    if manifest.stage == "report":
        (record,) = manifest.outputs["page"].files
        same = sha256_file(place) == record.sha256
        return "" if same else "it is not the page that the report step made"
    (packed,) = artifacts.paths(manifest.outputs["data_docs"])
    try:
        name = differs(packed, place, manifest.fingerprint)
    except BadZipFile as error:
        return f"they cannot be compared: {error}"
    return f"{name} is not as the validation made it" if name else ""


def _in_var(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.var).as_posix()
