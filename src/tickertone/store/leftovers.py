"""What lies in var/ beside all that counts: half-written drafts, and files that nobody knows."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from tickertone.store.artifacts import SHARDS
from tickertone.workspace import Workspace

# Not verified: locks are empty, Prefect looks after its own home, a checkpoint is judged by the
# training that resumes from it, damaged/ is what was found wanting, and matplotlib/ is a cache.
# A page is compared with its artifact, in tickertone.dag.verify_pages.
UNVERIFIED = frozenset({"locks", "prefect", "scratch", "damaged", "matplotlib"})
PAGES = "reports"


def beside_var(workspace: Workspace) -> Path:
    """Where a restore puts a store together, and where the old one is until it is put away."""
    var = workspace.var.resolve()
    return var.with_name(f".{var.name}.restored.part")


def drafts(workspace: Workspace) -> Iterator[Path]:
    """What killed processes left half-written; Prefect's own home is not looked into."""
    for path in sorted(workspace.var.glob("*")):
        if is_draft(path):
            yield path
        elif path.is_dir() and path.name not in UNVERIFIED:
            yield from _outermost_drafts(path)


def is_draft(path: Path) -> bool:
    """Whether a name is one that things have until they are whole."""
    return path.name.startswith(".") and path.name.endswith(".part")


def unknown_files(workspace: Workspace, known: Collection[str]) -> Iterator[Path]:
    """Files of var/ that are neither in `known` (paths relative to var/) nor drafts nor locks."""
    for path in sorted(workspace.var.rglob("*")):
        inside = path.relative_to(workspace.var)
        if inside.parts[0] in UNVERIFIED | {PAGES} or not path.is_file():
            continue
        if inside.as_posix() not in known and not _is_passing(inside):
            yield path


def freed_by(paths: Iterable[Path]) -> dict[Path, int]:
    """The bytes that come free with each file or folder when all of them are removed.

    A file of several names comes free with the last of them, or not at all.
    """
    freed: dict[Path, int] = {}
    links: Counter[tuple[int, int]] = Counter()
    for path in paths:
        freed[path] = 0
        files = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
        for file in (file.lstat() for file in files if file.is_symlink() or not file.is_dir()):
            links[file.st_dev, file.st_ino] += 1
            if links[file.st_dev, file.st_ino] == file.st_nlink:
                freed[path] += file.st_size
    return freed


def leftover_notes(workspace: Workspace) -> list[str]:
    """One note a kind of leftover, with what it takes."""
    notes = []
    for what, paths, what_next in (
        ("half-written draft{s} of processes that are gone", drafts(workspace), "removes them"),
        ("training{s} that did not end", workspace.scratch.glob("*"), "removes those of no use"),
        ("thing{s} set aside as damaged", workspace.damaged.glob("*"), "removes them"),
    ):
        found = list(paths)
        if found:
            megabytes = sum(freed_by(found).values()) / 1e6
            these = what.format(s="" if len(found) == 1 else "s")
            notes.append(
                f"{len(found):,} {these}, {megabytes:,.1f} MB: tickertone prune --yes {what_next}"
            )
    if beside_var(workspace).exists():
        name = beside_var(workspace).name
        notes.append(f"{name} is of a restore that was killed: give it again, and it tidies up")
    return notes


def _outermost_drafts(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.glob("*")):
        if is_draft(path):
            yield path
        elif path.is_dir() and not path.is_symlink():
            yield from _outermost_drafts(path)


def _is_passing(inside: Path) -> bool:
    """A draft, the lock of a set of shards, or DuckDB's log."""
    lock_of_shards = inside.name == ".lock" and SHARDS in inside.parts
    in_draft = any(is_draft(Path(part)) for part in inside.parts)
    return in_draft or lock_of_shards or inside.name.endswith(".duckdb.wal")
