import pytest

from tickertone.datasets.readers.decoding import decode, is_bad, readable, refuse_wrong_encoding
from tickertone.errors import ConfigError, DataError


def test_a_utf8_byte_order_mark_is_no_part_of_the_text():
    assert decode(b"\xef\xbb\xbftext,label", "utf-8", "f.csv") == "text,label"


@pytest.mark.parametrize(
    ("written", "stated"),
    [
        ("utf-16-be", "utf-16"),
        ("utf-16-be", "utf-16-be"),
        ("utf-16-le", "utf-16"),
        ("utf-32-be", "utf-32"),
        ("utf-8", "utf-8-sig"),
    ],
)
def test_a_byte_order_mark_says_how_the_stated_encoding_is_read(written, stated):
    assert decode("\ufefftext,caf\u00e9".encode(written), stated, "f.csv") == "text,caf\u00e9"


def test_utf8_sig_needs_no_mark():
    assert decode(b"text,label", "utf-8-sig", "f.csv") == "text,label"


def test_a_bad_byte_marks_its_place_and_is_shown_as_an_escape():
    text = decode(b"profit \xff up", "utf-8", "f.csv")
    assert is_bad(text)
    assert readable(text) == "profit \\xff up"


def test_cp1252_quotes_are_read_as_quotes():
    assert decode(b"\x93up\x94", "cp1252", "f.txt") == "\u201cup\u201d"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "the file is empty"),
        (b" \r\n\n", "nothing but blanks"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"\xef\xbb\xbf\r\n", "nothing but blanks"),
    ],
)
def test_an_empty_file_is_an_error_that_names_it(data, found):
    with pytest.raises(DataError, match=r"data/f\.csv") as caught:
        decode(data, "utf-8", "data/f.csv")
    assert found in caught.value.found


@pytest.mark.parametrize(
    ("data", "encoding", "marked"),
    [
        ("text,label".encode("utf-16"), "utf-8", "utf-16"),
        ("text,label".encode("utf-32"), "latin-1", "utf-32"),
        ("text,label".encode("utf-8-sig"), "latin-1", "utf-8"),
    ],
)
def test_a_byte_order_mark_of_another_encoding_is_an_error(data, encoding, marked):
    with pytest.raises(DataError) as caught:
        decode(data, encoding, "f.csv")
    assert marked in caught.value.found
    assert encoding in caught.value.expected
    assert "reader.encoding" in caught.value.remedy


def test_an_encoding_that_python_does_not_know_is_a_mistake_in_the_stanza():
    with pytest.raises(ConfigError, match="utf-9"):
        decode(b"x", "utf-9", "f.csv")


def test_one_bad_row_is_the_rows_fault_and_many_are_the_files():
    good, bad = ["fine"] * 30, ["\udcff"]
    refuse_wrong_encoding(good + bad, "utf-8", "f.csv")
    with pytest.raises(DataError, match="3 of 33 rows are not utf-8"):
        refuse_wrong_encoding(good + bad * 3, "utf-8", "f.csv")
