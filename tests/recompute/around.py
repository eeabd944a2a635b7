"""What surrounds a workspace, for a scenario to change: the code, and the machine."""

import shutil
from pathlib import Path

import pytest

import tickertone
from tickertone.identity import code

PACKAGE = Path(tickertone.__file__).parent


class Around:
    """Lasts as long as one test."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.patch = patch
        self.env: dict[str, str] = {}  # for a scenario with a process of its own
        self.prelude = ""  # what that process does first

    @property
    def package(self) -> Path:
        """A copy of the package to edit. Identity reads it; only a new process runs it."""
        copy = self.folder / "src" / "tickertone"
        if not copy.exists():
            shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
            self.patch.setattr(code, "_ROOT", copy)
        return copy

    @property
    def source(self) -> Path:
        """Where a new process finds the package."""
        edited = self.folder / "src"
        return edited if edited.exists() else PACKAGE.parent

    def module(self, name: str) -> Path:
        """The file of a module in the copy, such as that of "metrics.scorecard"."""
        path = self.package.joinpath(*name.split(".")).with_suffix(".py")
        assert path.is_file(), path
        return path
