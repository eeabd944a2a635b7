"""A virtual environment for a tool that a measurement compares with, made on first use."""

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path

from tickertone.errors import StoreError

_DONE = "complete"  # written last: an installation that was cut short is made anew
_OURS = "ours.pth"


def cache_folder() -> Path:
    """Where such environments are kept; XDG_CACHE_HOME counts."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tickertone-benchmarks"


def environment(name: str, requirement: str, *, sees_ours: bool = False) -> Path:
    """The folder of an environment with `requirement`, of the form "name==version".

    `sees_ours`: the packages of the running environment can be imported there, below its own. So
    both sides compute with the same libraries, and what is there already is not fetched again.
    """
    folder = cache_folder() / f"{name}-{requirement.partition('==')[2]}"
    if not (folder / _DONE).is_file():
        venv.create(folder, with_pip=True, clear=True)
        _see_ours(folder, sees_ours=sees_ours)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", requirement]
        output(pip, folder, {})
        (folder / _DONE).touch()
    _see_ours(folder, sees_ours=sees_ours)  # another checkout may have made it
    return folder


def output(command: list[str], folder: Path, variables: Mapping[str, str]) -> str:
    """What a command prints; raises StoreError if it fails, after showing all it said."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        raise StoreError(" ".join(command), found=f"ended with status {done.returncode}")
    return done.stdout


def _see_ours(folder: Path, *, sees_ours: bool) -> None:
    if sees_ours:
        packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
        (packages / _OURS).write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
