"""The command as a person runs it: a process, in a workspace of its own."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SHIPPED = Path(__file__).resolve().parents[2] / "data"


@dataclass
class Answered:
    code: int
    out: str
    err: str


class Command:
    def __init__(self, root):
        self.root = root
        self.data = root / "data"
        self.environment = {
            **{k: v for k, v in os.environ.items() if k != "TICKERTONE_MIRROR"},
            "HF_HUB_OFFLINE": "1",
        }

    def __call__(self, *arguments, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "tickertone.cli.main", *arguments],
            cwd=self.root,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return Answered(done.returncode, done.stdout, done.stderr)

    def replace(self, name, old, new):
        path = self.data / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def stored(self):
        """Every file below var/ with its bytes, but for locks and the journals of runs."""
        var = self.root / "var"
        return {
            path.relative_to(var).as_posix(): path.read_bytes()
            for path in sorted(var.rglob("*"))
            if path.is_file() and path.relative_to(var).parts[0] in {"artifacts", "accepted"}
        }


@pytest.fixture
def tickertone(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "data")
    return Command(tmp_path)
