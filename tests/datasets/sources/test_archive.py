import zipfile
from pathlib import Path

import pytest

from tickertone.datasets.sources.archive import read_member
from tickertone.errors import DataError

MEMBER = "Bank-v1/Sentences.txt"
TEXT = b"Arbin gains@positive\n" * 500


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "bank.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(MEMBER, TEXT)
        file.writestr("Bank-v1/README.txt", "hello")
    return path


def test_a_member_is_read_without_a_file_being_written(archive: Path):
    assert read_member(archive, MEMBER) == TEXT
    assert list(archive.parent.iterdir()) == [archive]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_zip_is_an_error_that_names_it_and_says_what_to_do(archive: Path, share):
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(DataError, match="damaged or truncated zip") as caught:
        read_member(archive, MEMBER)
    assert str(archive) in caught.value.place
    assert "fetch it again" in caught.value.remedy


def test_a_flipped_byte_inside_a_member_is_an_error(archive: Path):
    data = bytearray(archive.read_bytes())
    data[len(MEMBER) + 40] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(DataError, match="damaged"):
        read_member(archive, MEMBER)


def test_a_file_that_is_no_zip_is_an_error(tmp_path: Path):
    path = tmp_path / "bank.zip"
    path.write_bytes(b"<html>sign in</html>")
    with pytest.raises(DataError, match="damaged"):
        read_member(path, MEMBER)


def test_a_missing_member_is_an_error_that_lists_those_there_are(archive: Path):
    with pytest.raises(DataError, match=r"README\.txt") as caught:
        read_member(archive, "Bank-v1/Other.txt")
    assert "member" in caught.value.remedy


def test_a_member_that_unpacks_to_more_than_the_limit_is_refused(archive: Path):
    assert len(read_member(archive, MEMBER, largest=len(TEXT))) == len(TEXT)
    with pytest.raises(DataError, match="more than"):
        read_member(archive, MEMBER, largest=len(TEXT) - 1)
