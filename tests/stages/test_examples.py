import numpy as np
import pytest

from tests.stages.scored_split import LABELS, write_split
from tickertone.errors import StoreError
from tickertone.stages.examples import read_clean, read_examples, read_labels


def test_every_column_comes_in_the_order_of_example_ids(tmp_path):
    clean = [True, True, False, True, False]
    path = write_split(tmp_path / "test.parquet", [0, 1, 2, 0, 1], clean=clean)
    examples = read_examples(path)
    assert examples.example_ids == ("e000", "e001", "e002", "e003", "e004")
    assert examples.text_ids == tuple(f"test-t{i:03}" for i in range(5))
    assert read_labels(path, LABELS).tolist() == [0, 1, 2, 0, 1]
    assert read_clean(path).tolist() == clean


def test_label_indices_follow_the_order_of_the_task(tmp_path):
    path = write_split(tmp_path / "test.parquet", [0, 1, 2])
    assert read_labels(path, LABELS[::-1]).tolist() == [2, 1, 0]


def test_a_label_that_the_task_does_not_have_is_named_with_its_file(tmp_path):
    path = write_split(tmp_path / "test.parquet", [0, 1, 2])
    with pytest.raises(StoreError, match=r"test\.parquet: labels neutral"):
        read_labels(path, ["negative", "positive"])


def test_an_empty_split_has_no_labels(tmp_path):
    path = write_split(tmp_path / "test.parquet", [])
    assert read_labels(path, LABELS).dtype == np.int64
    assert read_examples(path).example_ids == ()
