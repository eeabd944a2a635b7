from pathlib import Path

import numpy as np
import pytest

from tests.models.tiny import LABELS, examples, snapshot
from tickertone.errors import DataError
from tickertone.models.examples import (
    drawn_rows,
    labels_of,
    open_snapshots,
    require_every_label,
    texts_of,
)


def test_snapshots_open_as_one_dataset_in_the_order_given(tmp_path: Path) -> None:
    import datasets

    rows = examples()
    paths = [snapshot(tmp_path / "b.parquet", rows[:7]), snapshot(tmp_path / "a.parquet", rows[7:])]
    opened = open_snapshots(paths, tmp_path / "cache")
    assert isinstance(opened, datasets.Dataset)
    assert texts_of(opened) == [text for text, _ in rows]
    assert [LABELS[i] for i in labels_of(opened, LABELS)] == [label for _, label in rows]


def test_a_label_without_rows_is_named() -> None:
    with pytest.raises(DataError, match="none of them labelled neutral"):
        require_every_label(np.array([0, 2, 2]), LABELS, "here")
    require_every_label(np.array([0, 1, 2]), LABELS, "here")


def test_rows_are_drawn_with_each_label_in_its_share_or_as_many_of_each():
    found = np.repeat([0, 1, 2], [10, 60, 30])
    shares = np.bincount(found[drawn_rows(found, 20, seed=0, balanced=False)])
    assert shares.tolist() == [2, 12, 6]
    even = np.bincount(found[drawn_rows(found, 20, seed=0, balanced=True)])
    assert sorted(even.tolist()) == [6, 7, 7]


def test_a_label_that_is_short_of_rows_is_taken_whole():
    found = np.repeat([0, 1], [3, 50])
    assert np.bincount(found[drawn_rows(found, 20, seed=0, balanced=True)]).tolist() == [3, 10]


def test_a_draw_is_of_the_seed_and_of_no_more_rows_than_there_are():
    found = np.repeat([0, 1, 2], [10, 60, 30])
    one, same, other = (drawn_rows(found, 50, seed, balanced=False) for seed in (0, 0, 1))
    assert one.tolist() == same.tolist() == sorted(set(one.tolist()))
    assert one.tolist() != other.tolist()
    assert drawn_rows(found, 500, 0, balanced=False).tolist() == list(range(100))
