"""Texts in one file and labels in another, one a line, as TweetEval is published.

Only a line feed, or one after a carriage return, ends a line: the rarer line ends of Unicode, which
tweets hold, break no row. A line without a text is a row too, and is set aside later.
"""

import re
from collections.abc import Iterator

from tickertone.catalog.snapshots import ParallelLinesReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.datasets.readers.decoding import decode, is_bad, readable, refuse_wrong_encoding
from tickertone.errors import DataError

_LINE_END = re.compile(r"\r?\n")


def read_parallel_lines(
    spec: ParallelLinesReader, texts: bytes, labels: bytes, place: str
) -> Iterator[Row | Rejected]:
    """Rows of a file of texts and its file of labels; `place` is that of the texts.

    Raises DataError for an empty file, files of different length, and a wrong encoding.
    """
    lines = _lines(texts, spec.encoding, place)
    answers = _lines(labels, spec.encoding, place)
    if len(lines) != len(answers):
        raise DataError(
            place,
            found=f"{len(lines)} texts and {len(answers)} labels",
            expected="a label for each text",
            remedy="fetch both files again, and name them in the order texts, labels",
        )
    refuse_wrong_encoding(lines, spec.encoding, place)
    for number, (line, label) in enumerate(zip(lines, answers, strict=True), 1):
        if is_bad(line):
            yield Rejected(number, f"not {spec.encoding}", readable(line))
        else:
            yield Row(number, line, label.strip())


def _lines(data: bytes, encoding: str, place: str) -> list[str]:
    lines = _LINE_END.split(decode(data, encoding, place))
    return lines[:-1] if lines[-1] == "" else lines
