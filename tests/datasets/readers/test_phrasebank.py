import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.catalog.snapshots import PhraseBankReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.datasets.readers.phrasebank import read_phrasebank
from tickertone.errors import DataError

LATIN = PhraseBankReader(kind="phrasebank")


def read(data: bytes | str, spec: PhraseBankReader = LATIN) -> list[Row | Rejected]:
    raw = data.encode("latin-1") if isinstance(data, str) else data
    return list(read_phrasebank(spec, raw, "f.txt"))


def test_the_label_follows_the_last_at_sign():
    assert read("write to desk@wire.example today@neutral\n") == [
        Row(1, "write to desk@wire.example today", "neutral")
    ]


def test_latin_1_letters_and_windows_line_ends_are_read():
    assert read(b"Salt\xf6 sold its mill@positive\r\nflat@neutral\r\n") == [
        Row(1, "Saltö sold its mill", "positive"),
        Row(2, "flat", "neutral"),
    ]


@pytest.mark.parametrize("character", ["\x85", "\x0b", "\x0c", "\x1c"])
def test_a_rare_line_end_of_unicode_breaks_no_row(character):
    assert read(f"up{character}down@neutral\n") == [Row(1, f"up{character}down", "neutral")]


def test_a_line_without_at_sign_is_rejected_alone():
    rows = read("up@positive\n\nno label here\ndown@negative\n")
    assert rows[1] == Rejected(3, "1 column, not 2: no '@'", "no label here")
    assert [row.line for row in rows] == [1, 3, 4]


def test_an_undecodable_line_is_rejected_alone():
    spec = PhraseBankReader(kind="phrasebank", encoding="utf-8")
    rows = read(b"up@positive\ncaf\xe9@neutral\n", spec)
    assert rows[1] == Rejected(2, "not utf-8", "caf\\xe9@neutral")


def test_a_file_of_another_format_is_an_error():
    with pytest.raises(DataError, match="no '@' in any of 2 lines"):
        read("text,label\nup,1\n")


def test_an_empty_file_is_an_error():
    with pytest.raises(DataError, match="empty"):
        read(b"")


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), min_size=1))
def test_any_sentence_comes_back_as_it_was(sentence):
    assert read(f"{sentence}@neutral") == [Row(1, sentence, "neutral")]


def test_a_byte_order_mark_alone_is_an_empty_file():
    with pytest.raises(DataError, match="nothing but blanks"):
        read(b"\xef\xbb\xbf\r\n", PhraseBankReader(kind="phrasebank", encoding="utf-8"))
