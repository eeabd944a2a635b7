"""Disks that are full or cannot be written, for real: mounts in a namespace of our own.

Nobody outside sees them, and they go with the process that holds them.
"""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from flows.local.settings import CHECKOUT

_ALONE = ("unshare", "--user", "--map-root-user", "--mount")


class Namespace:
    """Mounts that only the commands run in it see."""

    def __init__(self, holder: int) -> None:
        self.holder = holder

    def run(
        self, command: Sequence[str], environment: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """A command that sees the mounts, to its end."""
        enter = ["nsenter", "--target", str(self.holder), "--user", "--mount"]
        enter += ["--preserve-credentials", f"--wdns={CHECKOUT}"]
        return subprocess.run(
            [*enter, *command], env=environment, capture_output=True, text=True, check=False
        )

    def mount(self, *arguments: str) -> None:
        self.run(["mount", *arguments]).check_returncode()

    def small_disk(self, folder: Path, size: str) -> None:
        """Mount a disk of that size, such as "64k", over a folder; what lies there is hidden."""
        folder.mkdir(parents=True, exist_ok=True)
        self.mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))

    def enlarge(self, folder: Path, size: str) -> None:
        """Give a small disk more space."""
        self.mount("-o", f"remount,size={size}", str(folder))

    def read_only(self, folder: Path) -> None:
        """Let nobody, root included, write below a folder."""
        self.mount("--bind", str(folder), str(folder))
        self.mount("-o", "remount,bind,ro", str(folder))

    def inside(self, path: Path) -> Path:
        """Where a path that is mounted over can be read from outside."""
        return Path(f"/proc/{self.holder}/root{path}")


@contextmanager
def namespace() -> Iterator[Namespace]:
    """A namespace in which we may mount, until the end of the block."""
    holder = subprocess.Popen(
        [*_ALONE, "cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        holder.stdin.write(b"ready\n")
        holder.stdin.flush()
        holder.stdout.readline()  # it answers from inside
        yield Namespace(holder.pid)
    finally:
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()


@cache
def why_not() -> str:
    """Why there can be no such mounts here; empty if there can."""
    command = [*_ALONE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "there is no command unshare"
    return f"no mounts in a namespace: {done.stderr.strip()}" if done.returncode else ""


needs_mounts = pytest.mark.skipif(bool(why_not()), reason=why_not())
