import hashlib

import pytest

from tickertone.datasets.sources.exclusions import lacking, list_identity, read_list
from tickertone.errors import DataError

ONE, OTHER = "a" * 64, "b" * 64


def identity(folder):
    (found,) = list_identity("list.txt", folder).values()
    return found


def test_a_list_is_known_by_its_bytes(tmp_path):
    (tmp_path / "list.txt").write_bytes(b"# none\n")
    sha256 = hashlib.sha256(b"# none\n").hexdigest()
    assert list_identity("list.txt", tmp_path) == {"exclude/list.txt": sha256}


def test_ids_stand_one_a_line_and_comments_do_not_count(tmp_path):
    (tmp_path / "list.txt").write_text(f"# of task 843\n{ONE}\n\n  {OTHER}  # again\n{ONE}\n")
    assert read_list("list.txt", tmp_path, identity(tmp_path)) == {ONE, OTHER}


def test_what_is_no_id_is_told_with_its_line(tmp_path):
    (tmp_path / "list.txt").write_text(f"{ONE}\nProfit rose.\n")
    with pytest.raises(DataError) as error:
        read_list("list.txt", tmp_path, identity(tmp_path))
    assert error.value.place == "data/list.txt, line 2"
    assert "Profit rose." in error.value.found
    assert "tickertone sql" in error.value.remedy


def test_a_list_that_changed_since_planning_is_refused(tmp_path):
    (tmp_path / "list.txt").write_text(ONE)
    before = identity(tmp_path)
    (tmp_path / "list.txt").write_text(OTHER)
    with pytest.raises(DataError, match="changed"):
        read_list("list.txt", tmp_path, before)


def test_a_list_that_is_not_there_is_told_with_what_belongs_into_it(tmp_path):
    assert lacking("list.txt", tmp_path).startswith("there is no data/list.txt")
    with pytest.raises(DataError):
        list_identity("list.txt", tmp_path)
    (tmp_path / "list.txt").touch()
    assert lacking("list.txt", tmp_path) is None
