"""When the disk takes no more: full, over a quota, read-only. The system's error in our words."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tickertone.errors import StoreError

_MORE_SPACE = "free some space and run again: what is finished is kept"
_REMEDIES = {
    errno.ENOSPC: _MORE_SPACE,
    errno.EDQUOT: _MORE_SPACE,
    errno.EFBIG: "raise the limit on the size of files (ulimit -f) and run again",
    errno.EROFS: "make the disk writable; until then plan, why, leaderboard and sql work",
    errno.EIO: "look after the disk (dmesg), then: tickertone verify",
}
_TOO_LITTLE = 1 << 20  # bytes: less is not enough for the smallest step


@contextmanager
def disk_errors_in_words(*folders: Path) -> Iterator[None]:
    """Raise StoreError instead of an error that the disk caused; let every other one pass."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        if (ours := disk_error(error, *folders)) is not None:
            raise ours from error
        raise


def disk_error(error: BaseException, *folders: Path) -> StoreError | None:
    """An error in our words if the disk caused it, else None.

    Libraries wrap the system's error, but most quote its words; torch only says that a write
    failed, so it counts as the cause if one of `folders`, that were written to, is full.
    """
    place = str(getattr(error, "filename", None) or "the store")
    for number, remedy in _REMEDIES.items():
        words = os.strerror(number)
        if getattr(error, "errno", None) == number or words in str(error):
            return StoreError(place, found=words, expected="to write there", remedy=remedy)
    for folder in folders:
        if folder.is_dir() and shutil.disk_usage(folder).free < _TOO_LITTLE:
            return _full(folder)
    return None


def require_room(folder: Path) -> None:
    """Raise StoreError unless a folder, made if need be, can be written and has space."""
    with disk_errors_in_words():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"room")
    if shutil.disk_usage(folder).free < _TOO_LITTLE:
        raise _full(folder)


def _full(folder: Path) -> StoreError:
    free = shutil.disk_usage(folder).free
    return StoreError(
        str(folder),
        found=f"{os.strerror(errno.ENOSPC)}: {free:,} bytes are free",
        expected="to write there",
        remedy=_MORE_SPACE,
    )
