"""What nothing needs any more: found, and on request removed.

Kept is whatever the current experiments reach, and every journal. Shards of a scorer are kept or
dropped together.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

from tickertone.frozen import Frozen
from tickertone.store.artifacts import SHARDS, Artifacts, step_folders
from tickertone.store.forget import forget_rows_without_artifact
from tickertone.store.in_use import at_rest
from tickertone.store.leftovers import drafts, freed_by, is_draft
from tickertone.store.manifest import Manifest
from tickertone.store.schema import TEXT_SHARDS
from tickertone.workspace import Workspace

Kind = Literal["artifact", "shards", "scratch", "draft", "damaged", "Prefect's record"]
_KEY = 24  # characters of a fingerprint in the name of a record of Prefect's


class Reach(Frozen):
    """What is still of use."""

    fingerprints: frozenset[str]
    unknown: frozenset[tuple[str, str]]  # (stage, subject) whose fingerprint no journal tells
    embeddings: frozenset[str] | None  # None: all of them
    # Sets of logits and rationales that extractions would fill now: a killed one left no manifest.
    scorers: frozenset[str] = frozenset()
    # Some step could not be planned, and may have left checkpoints, or rationales.
    every_unfinished: bool = False


class Prunable(Frozen):
    """One file or folder that nothing needs."""

    kind: Kind
    path: str  # relative to var/
    bytes: int  # that its removal frees, together with the others: links are counted once


def prunable(workspace: Workspace, reach: Reach) -> list[Prunable]:
    """Everything that could be removed while no run is under way; nothing is changed."""
    kept = _kept(Artifacts(workspace), reach)
    found = {
        "draft": drafts(workspace),  # first: in the way of what is put out of sight again
        "artifact": _artifacts(workspace, kept, reach),
        "shards": _shards(workspace, kept, reach),
        "scratch": _scratch(workspace, reach),
        "damaged": workspace.damaged.glob("*"),
        "Prefect's record": _records(workspace, reach),
    }
    listed = [(kind, path) for kind, paths in found.items() for path in sorted(paths)]
    freed = freed_by(path for _, path in listed)
    return [
        Prunable.model_validate(
            {"kind": kind, "path": path.relative_to(workspace.var).as_posix(), "bytes": freed[path]}
        )
        for kind, path in listed
    ]


def prune(workspace: Workspace, look: Callable[[], Reach]) -> list[Prunable]:
    """Remove all of it, and the rows of the database that were made from it; what was removed.

    `look` is called once runs are kept out. Raises StoreBusy while one is under way.
    """
    with at_rest(workspace, "prune"):
        found = prunable(workspace, look())
        for item in found:
            _remove(workspace.var / item.path)
        forget_rows_without_artifact(workspace)
    return found


def by_kind(found: Iterable[Prunable]) -> tuple[tuple[str, int, int], ...]:
    """(kind, number of things, bytes), a row a kind."""
    kinds: dict[str, list[int]] = {}
    for item in found:
        kinds.setdefault(item.kind, []).append(item.bytes)
    return tuple((kind, len(sizes), sum(sizes)) for kind, sizes in kinds.items())


def _kept(artifacts: Artifacts, reach: Reach) -> list[Manifest]:
    read = (artifacts.read(f.parent.name, f.name) for f in step_folders(artifacts.root))
    return [
        manifest
        for manifest in read
        if manifest is not None
        and (
            manifest.fingerprint in reach.fingerprints
            or (manifest.stage, manifest.subject) in reach.unknown
        )
    ]


def _artifacts(workspace: Workspace, kept: list[Manifest], reach: Reach) -> Iterator[Path]:
    """Folders of steps; one whose files a step that is kept names is kept as well."""
    names = {tuple(Path(path).parts[:2]) for manifest in kept for path in manifest.files()}
    names |= {(manifest.stage, manifest.fingerprint) for manifest in kept}
    for folder in step_folders(workspace.artifacts):
        needed = (folder.parent.name, folder.name) in names or folder.name in reach.fingerprints
        if not needed:
            yield folder


def _shards(workspace: Workspace, kept: list[Manifest], reach: Reach) -> Iterator[Path]:
    root = workspace.artifacts
    named = {(root / path).parent for manifest in kept for path in manifest.files()}
    kinds = [root / SHARDS / kind for kind in TEXT_SHARDS]
    scorers = reach.scorers | {str(m.parts.settings.get("scorer")) for m in kept}
    named |= {kind / scorer for kind in kinds for scorer in scorers}
    if reach.every_unfinished:  # what took long to write; logits are soon computed again
        named |= {*(root / SHARDS / "rationales").glob("*")}
    found = [p for kind in kinds for p in kind.glob("*") if p not in named]
    if reach.embeddings is not None:
        sets = (root / SHARDS / "embeddings").glob("*")
        found += [p for p in sets if p.name not in reach.embeddings]
    yield from (path for path in found if not is_draft(path))


def _scratch(workspace: Workspace, reach: Reach) -> Iterator[Path]:
    """Checkpoints of trainings that would not be taken up by any run now."""
    if not reach.every_unfinished:
        yield from (p for p in workspace.scratch.glob("*") if p.name not in reach.fingerprints)


def _records(workspace: Workspace, reach: Reach) -> Iterator[Path]:
    """Prefect's records of steps; a record of another kind has another name."""
    keys = {fingerprint[:_KEY] for fingerprint in reach.fingerprints}
    stages = {folder.name for folder in workspace.artifacts.glob("*")}
    for path in workspace.prefect_results.glob("*-*"):
        stage, _, key = path.name.rpartition("-")
        if stage in stages and len(key) == _KEY and key not in keys:
            yield path


def _remove(path: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    if not path.name.startswith("."):
        # Out of sight first: what is left of it after a crash looks like nothing finished.
        path = path.rename(path.with_name(f".{path.name}.pruned.part"))
    shutil.rmtree(path)
