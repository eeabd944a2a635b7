"""Lists of texts that a data set leaves out, such as those that a base is known to have seen.

A list is supplied by the user: a text file below data/, a text_id (64 hex digits) a line; empty
lines and what follows a # do not count.
"""

import hashlib
import re
from pathlib import Path

from tickertone.errors import DataError

ROLE = "exclude"  # before the file's name among the identities of a data set
_ID = re.compile("[0-9a-f]{64}")


def list_identity(name: str, data_folder: Path) -> dict[str, str]:
    """ "exclude/FILE" -> sha256 of the list; raises DataError if it is not there."""
    return {f"{ROLE}/{name}": hashlib.sha256(_bytes(name, data_folder)).hexdigest()}


def read_list(name: str, data_folder: Path, identity: str) -> frozenset[str]:
    """The text_ids of a list; raises DataError if it is no such list, or changed since planning."""
    data = _bytes(name, data_folder)
    if hashlib.sha256(data).hexdigest() != identity:
        raise DataError(
            f"data/{name}",
            found="changed while being read",
            expected="the file as it was when this run was planned",
            remedy="run again once nothing writes to the file",
        )
    lines = [line.partition("#")[0].strip() for line in data.decode(errors="replace").splitlines()]
    for number, line in enumerate(lines, start=1):
        if line and not _ID.fullmatch(line):
            raise DataError(
                f"data/{name}, line {number}",
                found=repr(line[:80]),
                expected="a text_id, 64 hex digits",
                remedy='take text_ids from: tickertone sql "select text_id, text from examples"',
            )
    return frozenset(line for line in lines if line)


def lacking(name: str, data_folder: Path) -> str | None:
    """What to say where the list is not there; None where it is."""
    if (data_folder / name).is_file():
        return None
    return (
        f"there is no data/{name}, the list of what to leave out; "
        "to have it scored, put a text_id a line there"
    )


def _bytes(name: str, data_folder: Path) -> bytes:
    try:
        return (data_folder / name).read_bytes()
    except OSError as error:
        raise DataError(
            f"data/{name}",
            found=f"cannot be read: {error.strerror}",
            expected="a list of the texts to leave out, a text_id a line",
            remedy="put that file there, or take `exclude` out of the data set's stanza",
        ) from error
