"""`sentence@label`, one a line, as the Financial PhraseBank is published.

The label follows the last `@`: a sentence may hold more. Only \\n, \\r\\n and \\r end a line, so
that the rarer Unicode line ends, which latin-1 and cp1252 files hold by accident, break no row.
"""

import re
from collections.abc import Iterator

from tickertone.catalog.snapshots import PhraseBankReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.datasets.readers.decoding import decode, is_bad, readable, refuse_wrong_encoding
from tickertone.errors import DataError

_LINE_END = re.compile(r"\r\n|\r|\n")


def read_phrasebank(spec: PhraseBankReader, data: bytes, place: str) -> Iterator[Row | Rejected]:
    """Rows of a `sentence@label` file.

    Raises DataError for an empty file, one in which no line has an `@`, and a wrong encoding.
    """
    lines = _LINE_END.split(decode(data, spec.encoding, place))
    rows = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not any("@" in line for _, line in rows):
        raise DataError(
            place,
            found=f"no '@' in any of {len(rows)} lines, first: {readable(rows[0][1])[:80]!r}",
            expected="sentence@label, one a line",
            remedy="set reader.kind in data/datasets.yaml to the format of this file",
        )
    refuse_wrong_encoding([line for _, line in rows], spec.encoding, place)
    for number, line in rows:
        sentence, at, label = line.rpartition("@")
        if is_bad(line):
            yield Rejected(number, f"not {spec.encoding}", readable(line))
        elif not at:
            yield Rejected(number, "1 column, not 2: no '@'", line)
        else:
            yield Row(number, sentence, label.strip())
