"""Two folders change places in one step, or not at all."""

import pytest

from tickertone.errors import StoreError
from tickertone.store.exchange import exchange


def folder(path):
    path.mkdir()
    (path / "name").write_text(path.name)
    return path


def test_two_folders_change_places(tmp_path):
    one, other = folder(tmp_path / "one"), folder(tmp_path / "other")
    exchange(one, other)
    assert ((one / "name").read_text(), (other / "name").read_text()) == ("other", "one")


def test_a_folder_that_is_not_there_is_an_error_and_changes_nothing(tmp_path):
    one = folder(tmp_path / "one")
    with pytest.raises(FileNotFoundError):
        exchange(one, tmp_path / "none")
    assert (one / "name").read_text() == "one"


def test_a_folder_cannot_change_places_with_what_is_inside_it(tmp_path):
    one = folder(tmp_path / "one")
    with pytest.raises(StoreError, match="nothing was changed"):
        exchange(one, folder(one / "inside"))
