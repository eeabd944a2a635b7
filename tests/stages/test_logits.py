import numpy as np
import pytest

from tests.stages.scored_split import LABELS, write_logits
from tickertone.errors import StoreError
from tickertone.stages.examples import Examples
from tickertone.stages.logits import read_logits

TEXTS = [f"t{i}" for i in range(6)]
ROWS = np.arange(18, dtype=np.float32).reshape(6, 3)


def test_rows_are_found_by_text_id_across_shards_and_lined_up_with_examples(tmp_path):
    files = write_logits(tmp_path, TEXTS, ROWS)
    examples = Examples(("e1", "e2", "e3"), ("t4", "t0", "t5"))
    assert len(files) == 2
    assert read_logits(files, examples, LABELS).tolist() == ROWS[[4, 0, 5]].tolist()


def test_examples_that_share_a_text_share_its_row(tmp_path):
    files = write_logits(tmp_path, TEXTS, ROWS)
    examples = Examples(("t2 of one entity", "t2 of another"), ("t2", "t2"))
    assert read_logits(files, examples, LABELS).tolist() == ROWS[[2, 2]].tolist()


def test_a_missing_row_is_an_error_that_counts_and_names_texts(tmp_path):
    files = write_logits(tmp_path, TEXTS, ROWS)
    with pytest.raises(StoreError, match="no row for 1 of 2 texts, the first is elsewhere"):
        read_logits(files, Examples(("e1", "e2"), ("t0", "elsewhere")), LABELS)


def test_no_shard_at_all_is_an_error_too(tmp_path):
    with pytest.raises(StoreError, match="no row for 1 of 1"):
        read_logits((), Examples(("e1",), ("t0",)), LABELS)


def test_rows_for_another_label_set_are_refused(tmp_path):
    files = write_logits(tmp_path, TEXTS, ROWS)
    with pytest.raises(StoreError, match="rows of 3 logits"):
        read_logits(files, Examples(("e1",), ("t0",)), ["negative", "positive"])


def test_columns_are_found_by_the_label_s_name(tmp_path):
    files = write_logits(tmp_path, TEXTS, ROWS)
    examples = Examples(("e1",), ("t2",))
    turned = read_logits(files, examples, ["positive", "negative"], of=LABELS)
    assert turned.tolist() == [[ROWS[2, 2], ROWS[2, 0]]]


def test_a_label_that_the_model_was_not_made_for_is_nan(tmp_path):
    files = write_logits(tmp_path, TEXTS, ROWS[:, :2])
    rows = read_logits(files, Examples(("e1",), ("t1",)), LABELS, of=["positive", "negative"])
    assert np.isnan(rows[0, 1])
    assert rows[0, [0, 2]].tolist() == [ROWS[1, 1], ROWS[1, 0]]
