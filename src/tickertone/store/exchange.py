"""Two folders change places in one step: a crash leaves the one or the other, never none."""

import ctypes
import errno
import os
from pathlib import Path

from tickertone.errors import StoreError
from tickertone.store.files import sync_file

_HERE = -100  # AT_FDCWD: paths are as they are given
_EXCHANGE = 2  # RENAME_EXCHANGE
_UNABLE = {errno.EINVAL, errno.ENOSYS, errno.EXDEV, errno.EBUSY, errno.EOPNOTSUPP}


def exchange(one: Path, other: Path) -> None:
    """Let two folders of one file system change places; raises StoreError where that cannot be."""
    rename = ctypes.CDLL(None, use_errno=True).renameat2
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) != 0:
        number = ctypes.get_errno()
        if number not in _UNABLE:
            raise OSError(number, os.strerror(number), str(other))
        raise StoreError(
            str(other),
            found=f"it cannot change places with a folder beside it ({os.strerror(number)})",
            expected="an ordinary folder on ext4, xfs, btrfs or tmpfs, not a mount point",
            remedy="use a checkout on such a file system; nothing was changed",
        )
    for folder in {one.parent, other.parent}:
        sync_file(folder)
