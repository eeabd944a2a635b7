"""Bytes to text. A bad byte marks its own row; a file that is in another encoding is an error.

Undecodable bytes become lone surrogates, which no honest text holds, so that a reader can find the
structure of the file first and reject single rows afterwards.
"""

import codecs
import re
from collections.abc import Sequence

from tickertone.errors import ConfigError, DataError

_SURROGATE = re.compile("[\udc80-\udcff]")
# Mark -> the encoding it stands for, and another name that a stanza may give it. The mark of UTF-32
# begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: ("utf-32-le", "utf-32"),
    codecs.BOM_UTF32_BE: ("utf-32-be", "utf-32"),
    codecs.BOM_UTF16_LE: ("utf-16-le", "utf-16"),
    codecs.BOM_UTF16_BE: ("utf-16-be", "utf-16"),
    codecs.BOM_UTF8: ("utf-8", "utf-8-sig"),
}
# Above this share of bad rows it is the file, or its stanza, that is wrong, not the rows.
MOST_BAD_ROWS = 0.05


def decode(data: bytes, encoding: str, place: str) -> str:
    """The text of a file, without its byte order mark; bad bytes as lone surrogates.

    Raises DataError if the file is empty or its mark names another encoding, and ConfigError if
    there is no such encoding.
    """
    name = _known(encoding, place)
    for mark, (marked, alias) in _MARKS.items():
        if data.startswith(mark):
            if name not in (marked, alias):
                raise DataError(
                    place,
                    found=f"the file begins with the byte order mark of {marked}",
                    expected=f"encoding {encoding}, as its stanza says",
                    remedy=f"set reader.encoding to {marked} in data/datasets.yaml, or convert it",
                )
            data, name = data[len(mark) :], marked
            break
    text = data.decode(name, errors="surrogateescape")
    if not text.strip():
        raise DataError(
            place,
            found="the file holds nothing but blanks" if text else "the file is empty",
            expected="rows",
            remedy="fetch the file again",
        )
    return text


def is_bad(text: str) -> bool:
    """Does the text hold bytes that could not be decoded?"""
    return _SURROGATE.search(text) is not None


def readable(text: str) -> str:
    """The text with each undecodable byte as \\xNN, so that it can be stored and shown."""
    return _SURROGATE.sub(lambda m: f"\\x{ord(m[0]) - 0xDC00:02x}", text)


def refuse_wrong_encoding(rows: Sequence[str], encoding: str, place: str) -> None:
    """Raise DataError if so many rows are undecodable that the encoding itself must be wrong."""
    bad = [i for i, row in enumerate(rows) if is_bad(row)]
    if len(bad) > 1 and len(bad) > MOST_BAD_ROWS * len(rows):
        raise DataError(
            place,
            found=f"{len(bad)} of {len(rows)} rows are not {encoding}, "
            f"first: {readable(rows[bad[0]])[:80]!r}",
            expected=f"encoding {encoding}, as its stanza says",
            remedy="set reader.encoding in data/datasets.yaml (often latin-1 or cp1252)",
        )


def _known(encoding: str, place: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise ConfigError(
            place,
            found=f"no encoding is called {encoding!r}",
            expected="a Python codec, such as utf-8, latin-1, cp1252",
            remedy="correct reader.encoding in data/datasets.yaml",
        ) from None
