"""Where each file of a data set is, and what it is.

Order: the folder that ships with the project, the local mirror, the Hub at its pinned commit.
The identity of a file is the sha256 of its bytes (of the member, where it lies in a zip); one that
is not here and has no pinned sha256 is named by the commit, which fixes its bytes just as well.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tickertone.catalog.snapshots import FileSpec, SnapshotSpec, SourceSpec
from tickertone.datasets.sources.archive import read_member
from tickertone.datasets.sources.exclusions import list_identity
from tickertone.datasets.sources.hub import download
from tickertone.datasets.sources.local import find_local
from tickertone.datasets.sources.mirror import find_in_mirror
from tickertone.errors import ConfigError, DataError
from tickertone.workspace import MIRROR_VARIABLE, mirror_folder

Where = Literal["local", "mirror", "hub"]


@dataclass(frozen=True)
class Located:
    """A file of a split, on this machine."""

    split: str
    spec: FileSpec
    path: Path
    member: str | None  # inside `path`, where that is a zip
    where: Where

    @property
    def place(self) -> str:
        """How messages call it."""
        return f"{self.path}, member {self.member}" if self.member else str(self.path)

    def read(self) -> bytes:
        """The whole file; raises DataError if it cannot be read or has another checksum."""
        data = self.read_unchecked()
        actual = hashlib.sha256(data).hexdigest()
        if self.spec.sha256 is not None and actual != self.spec.sha256:
            raise DataError(
                self.place,
                found=f"wrong checksum: sha256 {actual}",
                expected=f"sha256 {self.spec.sha256}, as data/datasets.yaml says",
                remedy="delete the file and fetch it again; if the new content is wanted, "
                "change sha256 and rows in data/datasets.yaml",
            )
        return data

    def read_unchecked(self) -> bytes:
        """The whole file, whatever it holds; raises DataError if it cannot be read."""
        if self.member is not None:
            return read_member(self.path, self.member)
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise DataError(
                str(self.path),
                found=f"cannot be read: {error.strerror}",
                expected="a readable file",
                remedy="check that the file is there and its permissions",
            ) from error


def locate(dataset: SnapshotSpec, data_folder: Path) -> tuple[Located, ...]:
    """Every file of the data set, in the order of its stanza; fetches what only the Hub has.

    Raises ConfigError, DataError or SourceUnavailable, saying what to do.
    """
    return tuple(
        find_here(dataset.source, split, file, data_folder)
        or _from_hub(dataset.source, split, file)
        for split, file in _files(dataset)
    )


def source_identity(dataset: SnapshotSpec, data_folder: Path) -> dict[str, str]:
    """ "SPLIT/FILE" -> identity of its content, for all files; asks no network.

    Raises ConfigError or DataError if a file is neither here nor pinned in any way.
    """
    identities = {}
    for split, file in _files(dataset):
        here = find_here(dataset.source, split, file, data_folder)
        if here is not None:
            identity = hashlib.sha256(here.read_unchecked()).hexdigest()
        else:
            identity = file.sha256 or hub_identity(dataset.source, file)
        identities[identity_key(split, file)] = identity
    if dataset.exclude is not None:
        identities |= list_identity(dataset.exclude, data_folder)
    return identities


def check_reachable(dataset: SnapshotSpec, data_folder: Path) -> None:
    """Raise what `locate` and reading would: a file is damaged here, or nowhere to be had."""
    for split, file in _files(dataset):
        here = find_here(dataset.source, split, file, data_folder)
        if here is None:
            _pinned(dataset.source, file)
        else:
            here.read()


def identity_key(split: str, file: FileSpec) -> str:
    """The name of a file among the identities of its data set."""
    return f"{split}/{file.file}"


def hub_identity(source: SourceSpec, file: FileSpec) -> str:
    """The name of a file's content on the Hub; raises as `locate` does if there is no pin."""
    repository, revision = _pinned(source, file)
    return f"hub:{repository}@{revision}/{file.on_hub}" + (f"#{file.member}" if file.member else "")


def find_here(source: SourceSpec, split: str, file: FileSpec, data_folder: Path) -> Located | None:
    """The file on this machine, the Hub's cache apart."""
    if (path := find_local(source, file, data_folder)) is not None:
        return Located(split, file, path, None, "local")
    if (found := find_in_mirror(source, file, mirror_folder())) is not None:
        return Located(split, file, *found, "mirror")
    return None


def _files(dataset: SnapshotSpec) -> Iterator[tuple[str, FileSpec]]:
    for split, spec in dataset.splits.items():
        for file in spec.files:
            yield split, file


def _from_hub(source: SourceSpec, split: str, file: FileSpec) -> Located:
    repository, revision = _pinned(source, file)
    path = download(repository, revision, file.on_hub)
    return Located(split, file, path, file.member, "hub")


def _pinned(source: SourceSpec, file: FileSpec) -> tuple[str, str]:
    """Repository and commit of a file that is not here; raises if the Hub cannot be asked."""
    if source.hub is not None and source.revision is not None:
        return source.hub, source.revision
    wanted = f"{source.mirror}/{file.file}" if source.mirror else file.file
    mirror = mirror_folder()
    if mirror is None:
        found, mirror_remedy = (
            f"{MIRROR_VARIABLE} is not set",
            f"set {MIRROR_VARIABLE} to a folder that holds {wanted}",
        )
    else:
        found, mirror_remedy = f"no {wanted} in the mirror {mirror}", f"put {wanted} there"
    if source.hub is None:
        raise DataError(
            wanted, found=f"{found}, and the Hub has no copy", expected=wanted, remedy=mirror_remedy
        )
    raise ConfigError(
        wanted,
        found=f"{found}, and no revision of {source.hub} is pinned",
        expected="a file in the mirror or a pinned Hub revision",
        remedy=f"{mirror_remedy}, or run `tickertone lock` on a machine that reaches the Hub",
    )
