"""What verification has to tell."""

from typing import Literal

from tickertone.frozen import Frozen

REBUILD = "tickertone rebuild loads it again from the artifacts"
Kind = Literal["file", "shard", "manifest", "journal", "record", "page", "database"]


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
    notes: tuple[str, ...] = ()  # nothing wrong, but worth a word

    def __str__(self) -> str:
        """One line."""
        if not (self.manifests or self.files or self.findings):
            return "there is no store yet, and so nothing to check: a run makes one"
        wrong = f"{len(self.findings)} wrong" if self.findings else "all as they were written"
        return (
            f"{_counted(self.manifests, 'finished step')}, {_counted(self.files, 'file')}, "
            f"{self.bytes / 1e6:,.1f} MB and {_counted(self.rows, 'row')} of the database "
            f"checked: {wrong}"
        )


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def of_database(wrong: str, what_next: str) -> Finding:
    """A finding about the database: it is set aside as a whole, and loaded again."""
    name = "tickertone.duckdb"
    return Finding(kind="database", where=name, wrong=wrong, next=what_next, aside=name)
