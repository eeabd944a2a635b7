"""Files that ship with the project, in a folder below data/."""

from pathlib import Path

from tickertone.catalog.snapshots import FileSpec, SourceSpec
from tickertone.errors import DataError


def find_local(source: SourceSpec, file: FileSpec, data_folder: Path) -> Path | None:
    """The file below data/, or None if the stanza names no local folder.

    Raises DataError if the stanza names one and the file is not there: we ship it.
    """
    if source.local is None:
        return None
    path = data_folder / source.local / file.file
    if not path.is_file():
        raise DataError(
            str(path),
            found="no such file",
            expected=f"{file.file}, which ships with the project",
            remedy="restore it: git checkout -- data",
        )
    return path
