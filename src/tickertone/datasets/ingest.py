"""From a reader's rows to one split's snapshot: labels mapped, ids given, bad rows set aside.

Every row read is either in `accepted` or in `quarantine`. `accepted` is sorted by example_id, its
ids are unique, its texts are normalised (NFC, \\n) and it is the same whatever the order of the
rows in the file.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import pyarrow as pa

from tickertone.datasets.dedupe import Example, settle
from tickertone.datasets.examples import EXCLUDED, LEFT_OUT, QUARANTINE, SNAPSHOT, Rejected, Row
from tickertone.datasets.readers.decoding import MOST_BAD_ROWS, readable
from tickertone.errors import DataError
from tickertone.identity.text import example_id, normalise, text_id

_SALT = "at most:"  # so that the rows kept are independent of all else that goes by hashes of ids


@dataclass(frozen=True)
class SourceRows:
    """What a reader found in one file of a split."""

    file: str
    rows: Sequence[Row | Rejected]


@dataclass(frozen=True)
class SplitSnapshot:
    """One split: tables with the columns of SNAPSHOT and QUARANTINE."""

    split: str
    accepted: pa.Table
    quarantine: pa.Table

    @property
    def rows_read(self) -> int:
        """How many rows the readers found."""
        return len(self.accepted) + len(self.quarantine)

    @property
    def label_counts(self) -> dict[str, int]:
        """Accepted rows a label."""
        return dict(sorted(Counter(self.accepted["label"].to_pylist()).items()))


def snapshot_split(
    split: str,
    sources: Iterable[SourceRows],
    *,
    task: str,
    labels: Mapping[str, str | None],
    max_characters: int,
    excluded: frozenset[str] = frozenset(),
    at_most: int | None = None,
) -> SplitSnapshot:
    """Turn the rows of a split's files into its snapshot.

    `labels` maps the file's labels to those of `task`, or to None where their rows are left out;
    texts whose id is `excluded` are set aside. Of what could be accepted `at_most` so many rows
    are: those with the smallest hashes of their ids, so that a new row takes one other's place.
    Raises DataError if so many labels of a file are unknown that the map must be wrong.
    """
    examples: list[Example] = []
    rejected: list[tuple[str, Rejected]] = []
    for source in sources:
        _refuse_wrong_labels(source, labels)
        for row in source.rows:
            found = _example(row, source.file, task, labels, max_characters)
            if isinstance(found, Rejected):
                rejected.append((source.file, found))
            else:
                examples.append(found)
    listed = [example for example in examples if example.text_id in excluded]
    rejected += [(e.file, Rejected(e.line, EXCLUDED, e.text)) for e in listed]
    stay, gone = settle([example for example in examples if example.text_id not in excluded])
    stay, surplus = _smallest(stay, at_most)
    rejected += [(e.file, Rejected(e.line, reason, e.text)) for e, reason in gone]
    # Their texts are no news to anyone who looks for what is wrong, and may be most of the file.
    more = f"{LEFT_OUT}: more than {at_most} rows"
    rejected += [(e.file, Rejected(e.line, more, "")) for e in surplus]
    return SplitSnapshot(
        split, _accepted(stay), _quarantine(split, rejected, longest=max_characters)
    )


def _smallest(examples: list[Example], at_most: int | None) -> tuple[list[Example], list[Example]]:
    """Those that are kept, in their order, and those that are not."""
    if at_most is None or len(examples) <= at_most:
        return examples, []
    hashes = [hashlib.sha256(f"{_SALT}{e.example_id}".encode()).digest() for e in examples]
    last = sorted(hashes)[at_most - 1]
    kept = [e for e, own in zip(examples, hashes, strict=True) if own <= last]
    return kept, [e for e, own in zip(examples, hashes, strict=True) if own > last]


def _example(
    row: Row | Rejected,
    file: str,
    task: str,
    labels: Mapping[str, str | None],
    max_characters: int,
) -> Example | Rejected:
    if isinstance(row, Rejected):
        return row
    second = None if row.text_b is None else normalise(row.text_b)
    row = replace(row, text=normalise(row.text), text_b=second)
    parts = [row.text] if row.text_b is None else [row.text, row.text_b]
    longest = max(map(len, parts))
    if not all(part.strip() for part in parts):
        return Rejected(row.line, "empty text", row.text)
    if any("\0" in part or not _encodes(part) for part in parts):
        return Rejected(row.line, "holds NUL or half a character", row.text)
    if longest > max_characters:
        return Rejected(row.line, f"{longest} characters, more than {max_characters}", row.text)
    if row.label not in labels:
        return Rejected(row.line, f"unknown label {readable(row.label)!r}", row.text)
    label = labels[row.label]
    if label is None:
        return Rejected(row.line, f"{LEFT_OUT}: label {row.label!r}", row.text)
    of_text = text_id(row.text, row.text_b)
    return Example(
        example_id=example_id(task, of_text, row.entity),
        text_id=of_text,
        text=row.text,
        text_b=row.text_b,
        label=label,
        entity=row.entity,
        file=file,
        line=row.line,
    )


def _encodes(text: str) -> bool:
    """False for lone surrogates, which JSON escapes can smuggle in."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_wrong_labels(source: SourceRows, labels: Mapping[str, str | None]) -> None:
    rows = [row for row in source.rows if isinstance(row, Row)]
    unknown = [row for row in rows if row.label not in labels]
    if len(unknown) > 1 and len(unknown) > MOST_BAD_ROWS * len(rows):
        counts = Counter(readable(row.label)[:40] for row in unknown).most_common(5)
        raise DataError(
            source.file,
            found=f"{len(unknown)} of {len(rows)} rows have a label that is not in the label map, "
            f"first on line {unknown[0].line}: "
            + ", ".join(f"{label!r} ({count} times)" for label, count in counts),
            expected="one of " + ", ".join(map(repr, labels)),
            remedy="complete `labels` of this data set in data/datasets.yaml",
        )


def _accepted(examples: Sequence[Example]) -> pa.Table:
    rows = [{name: getattr(e, name) for name in SNAPSHOT.names} for e in examples]
    return pa.Table.from_pylist(rows, schema=SNAPSHOT)


def _quarantine(split: str, rejected: Sequence[tuple[str, Rejected]], *, longest: int) -> pa.Table:
    ordered = sorted(rejected, key=lambda pair: (pair[0], pair[1].line, pair[1].reason))
    rows = [
        {"split": split, "file": file, **asdict(row), "text": _storable(row.text)[:longest]}
        for file, row in ordered
    ]
    return pa.Table.from_pylist(rows, schema=QUARANTINE)


def _storable(text: str) -> str:
    """Valid Unicode whatever the row held."""
    return text.encode(errors="backslashreplace").decode()
