from pathlib import Path

import numpy as np
import pytest

from tests.models.tiny import LABELS, examples, snapshot
from tickertone.errors import DataError
from tickertone.models.examples import labels_of, open_snapshots, require_every_label, texts_of


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
