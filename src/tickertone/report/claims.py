"""Claims of papers as the page shows them: a verdict each, and the comparisons behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tickertone.report.findings import Row, Rows

TAGS = {"holds": "good", "does not hold": "warn"}  # the other verdicts have no colour


@dataclass(frozen=True)
class Claim:
    """The row of a claim as a whole, and those of its parts."""

    whole: Row
    parts: Rows

    @property
    def tag(self) -> str:
        """How its verdict is coloured."""
        return TAGS.get(self.whole["verdict"], "")


def claims_of(rows: Rows) -> Sequence[Claim]:
    """The rows of the stage claims, claim by claim, in their order."""
    found: list[tuple[Row, list[Row]]] = []
    for row in rows:
        if row["part"] == 0:
            found.append((row, []))
        else:
            found[-1][1].append(row)
    return [Claim(whole, tuple(parts)) for whole, parts in found]


def papers(rows: Rows) -> Sequence[str]:
    """The papers that claims are from, in order."""
    return [*dict.fromkeys(row["paper"] for row in rows)]
