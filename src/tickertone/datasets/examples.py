"""The shapes of examples: a row as a reader finds it, and the columns of a snapshot.

Every row of a source ends up in exactly one of two tables, so accepted + quarantined = read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

SNAPSHOT = pa.schema(
    [
        pa.field("example_id", pa.string(), nullable=False),
        pa.field("text_id", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("text_b", pa.string()),
        pa.field("label", pa.string(), nullable=False),
        pa.field("entity", pa.string()),
    ]
)
QUARANTINE = pa.schema(
    [
        pa.field("split", pa.string(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
    ]
)
# How the reason begins for a row that is as it should be, and that the stanza does not want.
LEFT_OUT = "left out on purpose"
EXCLUDED = "on the list of exclusions"  # that the user supplies
UNWANTED = (LEFT_OUT, EXCLUDED)


@dataclass(frozen=True)
class Row:
    """One row as it stands in the file; `label` is the file's own word for it."""

    line: int  # 1-based, where the row starts
    text: str
    label: str
    text_b: str | None = None
    entity: str | None = None


@dataclass(frozen=True)
class Rejected:
    """One row that cannot be used. `text` is valid Unicode, bad bytes written as \\xNN."""

    line: int
    reason: str
    text: str


class Reader(Protocol):
    """Reads one file format. Raises DataError, naming `place`, if the whole file is wrong."""

    def __call__(self, data: bytes, place: str) -> Iterator[Row | Rejected]:
        """Every row of the file in its order; none is dropped in silence."""
        ...
