"""Files that no manifest names: journals, and records that carry their own checksum."""

import json
from collections.abc import Iterable, Iterator
from json import JSONDecodeError, JSONDecoder
from pathlib import Path

from tickertone.store.findings import Finding
from tickertone.store.journal import journals, read_line
from tickertone.store.sealed_json import is_sealed, unsealed
from tickertone.workspace import Workspace

_JOURNAL = "tickertone verify --mend sets the journal aside and keeps its other lines"
_RECORD = "tickertone verify --mend sets it aside"
_YARDSTICK = f"{_RECORD}; the next run writes it, and compares with nothing"


def verify_journals(workspace: Workspace, notes: list[str]) -> Iterator[Finding]:
    """Lines that cannot be believed. The last line of a killed run may be torn: that is a note."""
    for path in journals(workspace):
        *lines, last = path.read_bytes().split(b"\n")
        for number, line in enumerate(lines, start=1):
            if not believed(line):
                yield _damaged_line(path, number)
        if is_torn(last):
            notes.append(f"runs/{path.name}: its last line is torn, as of a run that was killed")
        elif last and not believed(last):
            yield _damaged_line(path, len(lines) + 1)


def believed(line: bytes) -> bool:
    """Whether a line is an entry as it was noted."""
    entry = read_line(line)
    if entry is None:
        return False
    return entry.parts is None or entry.parts.fingerprint == entry.fingerprint


def is_torn(last: bytes) -> bool:
    """Whether what follows the last line end is the beginning of an object, and no more."""
    try:
        JSONDecoder().raw_decode(last.decode(errors="replace"))
    except JSONDecodeError:
        return bool(last)
    return False


def verify_records(
    workspace: Workspace, paths: Iterable[Path], seen: set[str], notes: list[str]
) -> Iterator[Finding]:
    """JSON files that carry a checksum, wherever they are; those looked at are put into `seen`."""
    for path in paths:
        where = path.relative_to(workspace.var).as_posix()
        yardstick = path.parent == workspace.accepted
        text = path.read_bytes()
        if not (yardstick or is_sealed(text)):
            continue
        seen.add(where)
        if not _is_object(unsealed(text), of_objects=yardstick):
            wrong = "its bytes are not those that were written"
            what_next = _YARDSTICK if yardstick else _RECORD
            yield Finding(kind="record", where=where, wrong=wrong, next=what_next, aside=where)
        elif not is_sealed(text):
            notes.append(f"{where} is from before there were checksums: only its form was checked")


def _is_object(text: bytes | None, *, of_objects: bool) -> bool:
    try:
        record = json.loads(text) if text is not None else None
    except ValueError:
        return False
    if not isinstance(record, dict):
        return False
    return not of_objects or all(isinstance(value, dict) for value in record.values())


def _damaged_line(path: Path, number: int) -> Finding:
    return Finding(
        kind="journal",
        where=f"runs/{path.name}",
        wrong=f"line {number} is not as it was noted",
        next=_JOURNAL,
    )
