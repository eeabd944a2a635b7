"""Comma or tab separated files with a header: quoted fields may hold delimiters and line breaks.

Lines may end in \\n, \\r\\n or \\r. A row with another number of fields, with stray quotes or with
undecodable bytes is rejected alone; a missing column or a quote that is never closed, which would
swallow the rest of the file, is an error.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from tickertone.catalog.snapshots import DelimitedReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.datasets.readers.decoding import (
    decode,
    is_bad,
    readable,
    refuse_wrong_encoding,
)
from tickertone.errors import DataError

# The csv module refuses longer fields by default; a long text is for `max_characters` to judge.
_LONGEST_FIELD = 1 << 30


@dataclass(frozen=True)
class _Record:
    line: int
    fields: tuple[str, ...]
    fault: str = ""


def read_delimited(spec: DelimitedReader, data: bytes, place: str) -> Iterator[Row | Rejected]:
    """Rows of a delimited file.

    Raises DataError for an empty file, a missing or repeated column, a file without rows, an
    unclosed quote, and a wrong encoding.
    """
    records = list(_records(decode(data, spec.encoding, place), spec.delimiter, place))
    header = records.pop(0).fields
    at_text, at_label = _columns(header, spec, place)
    if not records:
        raise DataError(
            place, found="a header and no row", expected="rows", remedy="fetch the file again"
        )
    refuse_wrong_encoding([" ".join(r.fields) for r in records], spec.encoding, place)
    for record in records:
        fault = record.fault or _fault(record.fields, header, spec.encoding)
        if fault:
            shown = spec.delimiter.join(record.fields)
            yield Rejected(record.line, fault, readable(shown))
        else:
            yield Row(record.line, record.fields[at_text], record.fields[at_label].strip())


def _records(text: str, delimiter: str, place: str) -> Iterator[_Record]:
    csv.field_size_limit(_LONGEST_FIELD)
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise DataError(
                    place,
                    found=f"a quote opened on line {line} is never closed",
                    expected="quotes in pairs",
                    remedy="the file may be cut short: fetch it again, or close the quote",
                ) from None
            broken = "".join(lines[line - 1 : reader.line_num])
            yield _Record(line, (broken.rstrip("\r\n"),), f"stray quote: {error}")
            continue
        if fields:  # a blank line is no row
            yield _Record(line, tuple(fields))


def _columns(header: tuple[str, ...], spec: DelimitedReader, place: str) -> tuple[int, int]:
    names = [readable(name.strip()) for name in header]
    for wanted in (spec.text, spec.label):
        if names.count(wanted) != 1:
            problem = "more than one" if wanted in names else "no"
            raise DataError(
                place,
                found=f"{problem} column {wanted!r}; columns: {', '.join(names)[:300]}",
                expected=f"one column {spec.text!r} and one {spec.label!r}, "
                f"separated by {spec.delimiter!r}",
                remedy="set reader.text, reader.label and reader.delimiter in data/datasets.yaml",
            )
    return names.index(spec.text), names.index(spec.label)


def _fault(fields: tuple[str, ...], header: tuple[str, ...], encoding: str) -> str:
    if len(fields) != len(header):
        return f"{len(fields)} columns, not {len(header)}"
    if any(is_bad(field) for field in fields):
        return f"not {encoding}"
    return ""
