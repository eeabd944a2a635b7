import pytest

from tickertone.catalog.snapshots import LabelledFilesReader
from tickertone.datasets.examples import Rejected, Row
from tickertone.datasets.readers.labelled_files import read_labelled_file
from tickertone.errors import DataError

CP1252 = LabelledFilesReader(kind="labelled_files", encoding="cp1252")


def read(raw: bytes, spec: LabelledFilesReader = CP1252) -> list[Row | Rejected]:
    return list(read_labelled_file(spec, raw, "pos", "rt.pos"))


def test_every_line_has_the_label_of_its_file():
    assert read(b"a joy . \nquick\r\n") == [Row(1, "a joy . ", "pos"), Row(2, "quick", "pos")]


def test_the_letters_of_the_encoding_are_read():
    assert read(b"clich\xe9 \x96 but fun\n") == [Row(1, "clich\u00e9 \u2013 but fun", "pos")]


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\r"])
def test_a_rare_line_end_breaks_no_row(character):
    assert read(f"up{character}down\n".encode()) == [Row(1, f"up{character}down", "pos")]


def test_a_line_without_a_text_is_a_row_too():
    assert read(b"up\n\ndown")[1] == Row(2, "", "pos")


def test_a_byte_that_the_encoding_lacks_marks_its_own_row():
    assert read(b"up\nd\x81wn\n")[1] == Rejected(2, "not cp1252", "d\\x81wn")


def test_an_empty_file_is_refused():
    with pytest.raises(DataError, match="empty"):
        read(b"")
