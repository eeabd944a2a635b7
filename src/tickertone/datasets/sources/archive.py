"""One member of a zip archive, read in memory: nothing is ever extracted to disk."""

import zipfile
import zlib
from pathlib import Path

from tickertone.errors import DataError

# Far above any data set here, far below what would exhaust memory: a guard against zip bombs.
LARGEST_MEMBER = 512 << 20


def read_member(path: Path, member: str, *, largest: int = LARGEST_MEMBER) -> bytes:
    """The bytes of `member`.

    Raises DataError if the archive is damaged or cut short, lacks the member, or the member is
    larger than `largest` bytes, whatever size the archive claims for it.
    """
    place = f"{path}, member {member}"
    try:
        with zipfile.ZipFile(path) as archive:
            if member not in archive.namelist():
                raise DataError(
                    place,
                    found="no such member; there are " + ", ".join(archive.namelist()[:20]),
                    expected=member,
                    remedy="correct `member` in data/datasets.yaml",
                )
            with archive.open(member) as file:
                data = file.read(largest + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(
            place,
            found=f"a damaged or truncated zip ({error})",
            expected="a whole zip archive",
            remedy="delete the file and fetch it again",
        ) from error
    if len(data) > largest:
        raise DataError(
            place,
            found=f"more than {largest} bytes once unpacked",
            expected=f"at most {largest} bytes",
            remedy="make sure that this is the archive that the stanza means",
        )
    return data
