"""Setting aside what is damaged, so that the next run makes just that again.

A run looks at the sizes of files, not at their bytes; what is not in its place is seen at once. A
journal is not made again: of one that is damaged, the lines that can be believed are kept.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from tickertone.store.files import locked, sync_file, write_durably
from tickertone.store.findings import Finding
from tickertone.store.verify_records import believed
from tickertone.workspace import Workspace


def set_aside(workspace: Workspace, findings: Iterable[Finding]) -> list[str]:
    """Rename what the findings name into var/damaged; what was moved, relative to var/.

    To be called while runs are kept out (in_use.at_rest).
    """
    findings = tuple(findings)
    moved = []
    for name in sorted({f.where for f in findings if f.kind == "journal"}):
        _keep_believed_lines(workspace, workspace.var / name)
        moved.append(name)
    for name in sorted({finding.aside for finding in findings if finding.aside}):
        path = workspace.var / name
        if not path.exists():
            continue
        if path == workspace.database:
            with locked(workspace.locks / "database.lock"):
                move_aside(workspace, path)
        else:
            move_aside(workspace, path)
        moved.append(name)
    return moved


def move_aside(workspace: Workspace, path: Path) -> Path:
    """Rename a file or folder of var/ into var/damaged, beside what is there under its name."""
    place = _free_place(workspace, path)
    path.rename(place)
    sync_file(path.parent)
    return place


def _free_place(workspace: Workspace, path: Path) -> Path:
    place = workspace.damaged / path.relative_to(workspace.var)
    place.parent.mkdir(parents=True, exist_ok=True)
    free, n = place, 1
    while os.path.lexists(free):
        n += 1
        free = place.with_name(f"{place.name}.{n}")
    return free


def _keep_believed_lines(workspace: Workspace, journal: Path) -> None:
    lines = [line for line in journal.read_bytes().split(b"\n") if line and believed(line)]
    written = journal.stat().st_mtime_ns
    # A copy: whoever is killed here leaves one journal or the other under its name.
    shutil.copy2(journal, _free_place(workspace, journal))
    write_durably(journal, b"".join(line + b"\n" for line in lines))
    os.utime(journal, ns=(written, written))  # it tells the order of runs of one second
