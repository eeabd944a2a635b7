"""A DVC project that is the twin of an experiment: as many stages, files and bytes, linked alike.

Every file of a step's outputs is a file of the same size here, owned by the first step that made
it; what a step reads are dependencies. Settings and code, which Tickertone checks as well, are
left out: that is in DVC's favour. DVC lives in a virtual environment of its own.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.cached_steps import Cached
from benchmarks.own_environment import environment, output
from tickertone.errors import StoreError

VERSION = "3.67.1"
QUIET = {"DVC_NO_ANALYTICS": "1", "DO_NOT_TRACK": "1"}
UP_TO_DATE = "Data and pipelines are up to date."


def installed() -> Path:
    """The `dvc` command of a virtual environment of its own, made on first use."""
    return environment("dvc", f"dvc=={VERSION}") / "bin" / "dvc"


def make_twin(folder: Path, cached: Sequence[Cached], dvc: Path) -> None:
    """Make the project in an empty folder and run it once."""
    document = pipeline(cached)
    for name, size in _sources(cached).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(size))
    (folder / "dvc.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    output([str(dvc), "init", "--quiet", "--no-scm"], folder, QUIET)
    for name in ("core.analytics", "core.check_update"):
        output([str(dvc), "config", name, "false"], folder, QUIET)
    output([str(dvc), "repro", "--quiet"], folder, QUIET)
    check(dvc, folder)


def check(dvc: Path, folder: Path) -> None:
    """Raise StoreError unless DVC finds nothing to do."""
    said = output([str(dvc), "status"], folder, QUIET)
    if UP_TO_DATE not in said:
        raise StoreError(str(folder), found=f"dvc status says: {said}", expected=UP_TO_DATE)


def pipeline(cached: Sequence[Cached]) -> dict[str, Any]:
    """The content of dvc.yaml."""
    owned: set[str] = set()
    stages = {}
    for step, manifest, sources in cached:
        made = [f for f in manifest.files().values() if f.path not in owned]
        owned |= {file.path for file in made}
        outs = [f"out/{file.path}" for file in made]
        sizes = zip(made, outs, strict=True)
        read = {f"out/{f.path}" for output in step.inputs.values() for f in output.files}
        stage: dict[str, Any] = {
            "cmd": [_write(out, file.size) for file, out in sizes] or ["true"],
            "deps": sorted((read - {*outs}) | {*map(_source, sources)}),
            "outs": outs,
        }
        stages[_name(step.name)] = {name: value for name, value in stage.items() if value}
    return {"stages": stages}


def _write(path: str, size: int) -> str:
    return f"mkdir -p {Path(path).parent} && head -c {size} /dev/urandom > {path}"


def _name(step: str) -> str:
    """A stage of DVC has no spaces, slashes or dots in its name."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", step)


def _source(path: str) -> str:
    return f"in/{path.strip('/')}"


def _sources(cached: Sequence[Cached]) -> dict[str, int]:
    return {_source(path): size for c in cached for path, size in c.sources.items()}
