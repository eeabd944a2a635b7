"""What verification has to tell."""

from typing import Literal

from tickertone.frozen import Frozen

Kind = Literal["file", "shard", "manifest", "database"]


class Finding(Frozen):
    """One thing that is not as it was written."""

    kind: Kind
    where: str  # relative to var/
    wrong: str
    next: str  # what the next run does about it, or what a person can do
    aside: str | None = None  # what to set aside so that it is made again, relative to var/


class Verdict(Frozen):
    """All that was found, and how much was looked at."""

    findings: tuple[Finding, ...]
    manifests: int
    files: int
    bytes: int
    rows: int

    def __str__(self) -> str:
        """One line."""
        wrong = f"{len(self.findings)} wrong" if self.findings else "all as they were written"
        return (
            f"{self.manifests:,} finished steps, {self.files:,} files, {self.bytes:,} bytes and "
            f"{self.rows:,} rows of the database checked: {wrong}"
        )
