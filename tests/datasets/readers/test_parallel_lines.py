import pytest

from tickertone.catalog.snapshots import ParallelLinesReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.datasets.readers.parallel_lines import read_parallel_lines
from tickertone.errors import DataError

UTF8 = ParallelLinesReader(kind="parallel_lines")


def read(texts: str | bytes, labels: str) -> list[Row | Rejected]:
    raw = texts.encode() if isinstance(texts, str) else texts
    return list(read_parallel_lines(UTF8, raw, labels.encode(), "t.txt"))


def test_the_label_of_a_text_stands_on_the_same_line_of_the_other_file():
    assert read("up we go\ndown\r\n", "2\n0\n") == [Row(1, "up we go", "2"), Row(2, "down", "0")]


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\x0b", "\r"])
def test_a_rare_line_end_breaks_no_row(character):
    assert read(f"up{character}down\n", "1\n") == [Row(1, f"up{character}down", "1")]


def test_a_line_without_a_text_keeps_its_label():
    assert read("up\n\ndown\n", "2\n1\n0\n")[1] == Row(2, "", "1")


def test_files_of_different_length_are_refused():
    with pytest.raises(DataError, match="3 texts and 2 labels"):
        read("a\nb\nc\n", "0\n1\n")


def test_a_bad_byte_marks_its_own_row():
    assert read(b"a\nb\nc\xff\n", "0\n1\n2\n")[2] == Rejected(3, "not utf-8", "c\\xff")
