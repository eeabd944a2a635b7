"""Columns by their number, without quoting: a quote is a character like others, as in MRPC.

A line feed, or one after a carriage return, ends a row. Lines before the first row are skipped
unread: what stands there is a header in one file and a stray word in another. Columns behind those
that are asked for are ignored, since some rows have a few more.
"""

import re
from collections.abc import Iterator

from tickertone.catalog.snapshots import ColumnsReader
from tickertone.datasets.examples import LEFT_OUT, Rejected, Row
from tickertone.datasets.readers.decoding import decode, is_bad, readable, refuse_wrong_encoding
from tickertone.errors import DataError

REACHED, BELOW = "reached", "below"  # the labels of a score against a threshold
_LINE_END = re.compile(r"\r?\n")


def read_columns(spec: ColumnsReader, data: bytes, place: str) -> Iterator[Row | Rejected]:
    """Rows of such a file.

    Raises DataError for a file without rows, one in which no row has columns enough, and a wrong
    encoding.
    """
    lines = _LINE_END.split(decode(data, spec.encoding, place))
    if lines[-1] == "":
        del lines[-1]
    rows = list(enumerate(lines, 1))[spec.skip :]
    if not any(len(_fields(spec, line)) >= spec.width for _, line in rows):
        raise DataError(
            place,
            found=f"{len(rows)} rows, none of {spec.width} columns or more",
            expected=f"columns separated by {spec.delimiter!r}",
            remedy="set the columns and the delimiter of the reader in data/datasets.yaml",
        )
    refuse_wrong_encoding([line for _, line in rows], spec.encoding, place)
    for number, line in rows:
        yield _row(spec, number, line)


def _fields(spec: ColumnsReader, line: str) -> list[str]:
    return line.split(spec.delimiter)


def _row(spec: ColumnsReader, number: int, line: str) -> Row | Rejected:
    if is_bad(line):
        return Rejected(number, f"not {spec.encoding}", readable(line))
    fields = _fields(spec, line)
    if len(fields) < spec.width:
        return Rejected(number, f"{len(fields)} columns, not {spec.width} or more", line)
    for column, unwanted in spec.leave_out.items():
        if (found := fields[column - 1].strip()) in unwanted:
            return Rejected(number, f"{LEFT_OUT}: column {column} is {found!r}", line)
    label = fields[spec.label - 1].strip()
    if spec.threshold is not None:
        try:
            label = REACHED if float(label) >= spec.threshold else BELOW
        except ValueError:
            return Rejected(number, f"no score: {label!r}", line)
    second = None if spec.text_b is None else fields[spec.text_b - 1]
    return Row(number, fields[spec.text - 1], label, text_b=second)
