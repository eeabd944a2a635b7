"""`tickertone doctor`: what this machine has, what is missing, and how to get it."""

import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, NamedTuple

import typer

from tickertone.cli.results import AsJson
from tickertone.errors import TickertoneError
from tickertone.workspace import MIRROR_VARIABLE, Workspace, mirror_folder

_LIBRARIES = (
    "prefect", "torch", "transformers", "peft", "datasets", "duckdb", "great_expectations",
    "scikit-learn", "huggingface_hub",
)  # fmt: skip
_LOW_DISK_GB = 5
_HUB_SECONDS = 5


class Finding(NamedTuple):
    """One line of the doctor's report."""

    subject: str
    state: Literal["ok", "note", "missing"]
    found: str
    remedy: str = ""


def doctor(as_json: AsJson = False) -> None:
    """Check versions, GPU, mirror, Hub, disk, data; exit status 1 if what is needed is missing."""
    from tickertone.cli.show import show
    from tickertone.store.query import Answer

    findings = [*_libraries(), *_gpu(), *_mirror(), *_disk(), *_catalog()]
    show(Answer(columns=Finding._fields, rows=tuple(findings)), as_json=as_json)
    if any(finding.state == "missing" for finding in findings):
        raise typer.Exit(1)


def _libraries() -> Iterator[Finding]:
    for name in _LIBRARIES:
        try:
            yield Finding(name, "ok", version(name))
        except PackageNotFoundError:
            yield Finding(name, "missing", "not installed", f"pip install {name}")


def _gpu() -> Iterator[Finding]:
    try:
        import torch

        from tickertone.models.pretrained import computes_bfloat16
    except ImportError:  # told above
        return
    from tickertone.training.threads import cores

    if torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        name = torch.cuda.get_device_name()
        yield Finding("GPU", "ok", f"{name}, {free >> 30} of {total >> 30} GiB free")
    else:
        found = f"none; {cores()} CPU cores"
        if not computes_bfloat16():
            found += " without bfloat16 instructions: trainings take about twice as long"
        yield Finding("GPU", "note", found, "everything runs without one")


def _mirror() -> Iterator[Finding]:
    folder = mirror_folder()
    if folder is None:
        remedy = f"set {MIRROR_VARIABLE}=/path/to/mirror where you keep copies of the data sets"
        yield Finding("mirror", "note", "not set; data sets come from the Hub", remedy)
    elif not folder.is_dir():
        yield Finding("mirror", "missing", f"no folder {folder}", f"correct {MIRROR_VARIABLE}")
    else:
        yield Finding("mirror", "ok", f"{sum(1 for _ in folder.iterdir())} entries")
    yield _hub()


def _hub() -> Finding:
    from huggingface_hub import constants, get_session

    if constants.HF_HUB_OFFLINE:
        return Finding("Hub", "note", "offline", "unset HF_HUB_OFFLINE to ask it")
    try:
        get_session().head(constants.ENDPOINT, timeout=_HUB_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, the Hub was not reached
        found = f"no answer ({type(error).__name__})"
        return Finding("Hub", "note", found, "only what the mirror or its cache lacks needs it")
    return Finding("Hub", "ok", "answers")


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(Workspace.find().root).free / 1e9
    low = free < _LOW_DISK_GB
    remedy = f"free disk space: at least {_LOW_DISK_GB} GB" * low
    yield Finding("disk", "missing" if low else "ok", f"{free:.0f} GB free", remedy)


def _catalog() -> Iterator[Finding]:
    from tickertone.catalog.load import load_catalog
    from tickertone.catalog.models import base_of, similarity_base_of
    from tickertone.datasets.sources.locate import check_reachable
    from tickertone.models.bases import base_identity, checked_base

    workspace = Workspace.find()
    try:
        catalog = load_catalog(workspace.data)
    except TickertoneError as error:
        found = f"{error.place}: {error.found}"
        yield Finding("catalog", "missing", found, error.remedy or error.expected)
        return
    for name, spec in catalog.datasets.items():
        unlocked = spec.source.hub is not None and spec.source.revision is None
        try:
            check_reachable(spec, workspace.data)
        except TickertoneError as error:
            yield Finding(f"data set {name}", "note", error.found, error.remedy)
        else:
            note = "revision not locked: mirror only" if unlocked else "found"
            yield Finding(f"data set {name}", "note" if unlocked else "ok", note,
                          "tickertone lock, on a machine with the Hub" * unlocked)  # fmt: skip
    lacking: dict[tuple[str, str, str], list[str]] = {}  # base, what was found, remedy -> models
    for model, recipe in catalog.models.items():
        base = base_of(recipe)
        bases = (b for b in (base.files if base else None, similarity_base_of(recipe)) if b)
        try:
            for base in bases:
                if base.hub is not None:
                    base_identity(base, workspace.root)
                    continue
                with checked_base(base, workspace.root):
                    pass
        except TickertoneError as error:
            lacking.setdefault((error.place, error.found, error.remedy), []).append(model)
    for (place, found, remedy), models in lacking.items():
        more = f" and {len(models) - 1} more" if len(models) > 1 else ""
        yield Finding(place, "note", f"{found}; for {models[0]}{more}", remedy)
