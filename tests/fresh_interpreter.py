"""A new Python process, for what a test process that has imported everything cannot show."""

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def printed_by(program: str) -> str:
    """What a program prints that may import this checkout and its tests; it must end with 0."""
    path = os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "src")])
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    ).stdout
