"""One text a line, a file for each label, as the Cornell movie reviews are published.

Only a line feed, or one after a carriage return, ends a line, as in `parallel_lines`. A line
without a text is a row too, and is set aside later.
"""

import re
from collections.abc import Iterator

from tickertone.catalog.snapshots import LabelledFilesReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.datasets.readers.decoding import decode, is_bad, readable, refuse_wrong_encoding

_LINE_END = re.compile(r"\r?\n")


def read_labelled_file(
    spec: LabelledFilesReader, data: bytes, label: str, place: str
) -> Iterator[Row | Rejected]:
    """Rows of a file, all of one label; raises DataError for an empty file or a wrong encoding."""
    lines = _LINE_END.split(decode(data, spec.encoding, place))
    if lines[-1] == "":
        del lines[-1]
    refuse_wrong_encoding(lines, spec.encoding, place)
    for number, line in enumerate(lines, 1):
        if is_bad(line):
            yield Rejected(number, f"not {spec.encoding}", readable(line))
        else:
            yield Row(number, line, label)
