"""Files of a local mirror: MIRROR/FOLDER/FILE, or FILE inside the zip that the Hub has."""

from pathlib import Path, PurePosixPath

from tickertone.catalog.snapshots import FileSpec, SourceSpec
from tickertone.errors import ConfigError
from tickertone.workspace import MIRROR_VARIABLE


def find_in_mirror(
    source: SourceSpec, file: FileSpec, mirror: Path | None
) -> tuple[Path, str | None] | None:
    """Path, and member where the path is a zip; None if the mirror lacks both or there is none.

    Raises ConfigError if the variable names no folder.
    """
    if mirror is None or source.mirror is None:
        return None
    if not mirror.is_dir():
        raise ConfigError(
            MIRROR_VARIABLE,
            found=f"{mirror}, which is no folder",
            expected="the folder that holds the mirrored data sets",
            remedy=f"correct {MIRROR_VARIABLE}, or unset it to use the Hub alone",
        )
    plain = mirror / source.mirror / file.file
    if plain.is_file():
        return plain, None
    if file.member is not None:
        for name in (file.on_hub, PurePosixPath(file.on_hub).name):
            archive = mirror / source.mirror / name
            if archive.is_file():
                return archive, file.member
    return None
