"""What Great Expectations looks at: two pandas frames of measures, without the texts themselves.

Data Docs print values that fail, and do not escape them (seen at 1.24): so a text is handed over as
what was measured of it, and names that come from data are escaped for HTML.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd

REPEAT = "exact repeat"  # how ingest's reason for a harmless row begins
# The same for a row that was to be left out.
UNWANTED = ("left out on purpose", "on the list of exclusions")
# Signs of a file read with the wrong encoding: the replacement character, C1 controls (cp1252 read
# as latin-1), and UTF-8 read as a one-byte encoding.
_MOJIBAKE = re.compile("[\ufffd\x80-\x9f]|[\u00c2\u00c3][\u00a0-\u00bf]|\u00e2\u20ac")


@dataclass(frozen=True)
class SplitCounts:
    """What became of the rows of one split of the source, dev still in train."""

    rows_accepted: int
    rows_rejected: int  # in quarantine for a fault of their own
    rows_repeated: int  # in quarantine as exact repeats
    rows_expected: int | None  # where the catalog says
    rows_excluded: int = 0  # in quarantine because the data set leaves them out

    @property
    def rows_read(self) -> int:
        """Every row that the reader found."""
        aside = self.rows_rejected + self.rows_repeated + self.rows_excluded
        return self.rows_accepted + aside


def count_split(
    split: str, accepted: int, quarantine: pa.Table, expected: int | None
) -> SplitCounts:
    """Count one split; `quarantine` has the columns split and reason."""
    reasons = [
        reason
        for of, reason in zip(
            quarantine["split"].to_pylist(), quarantine["reason"].to_pylist(), strict=True
        )
        if of == split
    ]
    repeated = sum(reason.startswith(REPEAT) for reason in reasons)
    excluded = sum(reason.startswith(UNWANTED) for reason in reasons)
    rejected = len(reasons) - repeated - excluded
    return SplitCounts(accepted, rejected, repeated, expected, excluded)


def rows_frame(splits: Mapping[str, pa.Table]) -> "pd.DataFrame":
    """One row an accepted example of every split: ids, label, and measures of its text."""
    import pandas as pd

    return pd.concat([_measure(name, table) for name, table in splits.items()], ignore_index=True)


def _measure(split: str, table: pa.Table) -> "pd.DataFrame":
    import pandas as pd

    texts, seconds = table["text"].to_pylist(), table["text_b"].to_pylist()
    parts = [
        [part for part in pair if part is not None] for pair in zip(texts, seconds, strict=True)
    ]
    return pd.DataFrame(
        {
            "split": escape(split),
            "example_id": table["example_id"].to_pylist(),
            "text_id": table["text_id"].to_pylist(),
            "label": [None if x is None else escape(x) for x in table["label"].to_pylist()],
            "texts": [len(p) for p in parts],
            "shortest": [min((len(x.strip()) for x in p), default=0) for p in parts],
            "longest": [max((len(x) for x in p), default=0) for p in parts],
            "letters_and_digits": [sum(map(str.isalnum, "".join(p))) for p in parts],
            "wrong_encoding": [any(_MOJIBAKE.search(x) for x in p) for p in parts],
        }
    )


def splits_frame(counts: Mapping[str, SplitCounts]) -> "pd.DataFrame":
    """One row a split of the source: rows, and the shares of rows that were set aside."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "split": escape(split),
                "rows_read": c.rows_read,
                "rows_expected": c.rows_expected,
                "rows_accepted": c.rows_accepted,
                "rejected_share": c.rows_rejected / max(1, c.rows_read),
                "repeated_share": c.rows_repeated / max(1, c.rows_read),
            }
            for split, c in counts.items()
        ]
    )
