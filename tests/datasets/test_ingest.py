import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.datasets.examples import QUARANTINE, SNAPSHOT, Rejected, Row
from tickertone.datasets.ingest import SourceRows, SplitSnapshot, snapshot_split
from tickertone.errors import DataError
from tickertone.identity.text import example_id, text_id

LABELS = {"0": "negative", "1": "positive"}


def snapshot(*rows: Row | Rejected, limit: int = 100) -> SplitSnapshot:
    return snapshot_split(
        "train", [SourceRows("f.csv", rows)], task="mood", labels=LABELS, max_characters=limit
    )


def reasons(result: SplitSnapshot) -> list[str]:
    return result.quarantine["reason"].to_pylist()


def test_an_accepted_row_has_its_ids_and_the_tasks_label():
    (row,) = snapshot(Row(2, "up\r\nand up", "1", entity="Arbin")).accepted.to_pylist()
    of_text = text_id("up\nand up")
    assert row == {
        "example_id": example_id("mood", of_text, "Arbin"),
        "text_id": of_text,
        "text": "up\nand up",
        "text_b": None,
        "label": "positive",
        "entity": "Arbin",
    }


def test_one_text_about_two_entities_is_two_examples_of_one_text():
    result = snapshot(Row(1, "x", "0", entity="A"), Row(1, "x", "1", entity="B"))
    assert len(result.accepted) == 2
    assert len(set(result.accepted["text_id"].to_pylist())) == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (Row(3, "  \n", "1"), "empty text"),
        (Row(3, "fine", "2"), "unknown label '2'"),
        (Row(3, "x" * 101, "1"), "101 characters, more than 100"),
        (Row(3, "a\0b", "1"), "holds NUL or half a character"),
        (Row(3, "a\ud83d", "1"), "holds NUL or half a character"),
        (Row(3, "fine", "1", text_b=" "), "empty text"),
        (Rejected(3, "not utf-8", "caf\\xe9"), "not utf-8"),
    ],
)
def test_an_unusable_row_is_quarantined_with_its_place_and_reason(row, reason):
    result = snapshot(Row(2, "good", "1"), row)
    (bad,) = result.quarantine.to_pylist()
    assert (bad["split"], bad["file"], bad["line"], bad["reason"]) == ("train", "f.csv", 3, reason)
    assert len(bad["text"]) <= 100
    assert result.rows_read == 2


def test_texts_that_differ_in_line_ends_or_composition_alone_are_one_example():
    result = snapshot(Row(1, "caf\u00e9\r\n", "1"), Row(2, "cafe\u0301\n", "1"))
    assert result.accepted["text"].to_pylist() == ["caf\u00e9\n"]
    assert reasons(result) == ["exact repeat of line 1 of f.csv"]


def test_a_text_is_as_long_as_the_model_sees_it():
    composed = snapshot(Row(1, "e\u0301\r\n" * 50, "1"))
    assert [len(text) for text in composed.accepted["text"].to_pylist()] == [100]
    longer = snapshot(Row(1, "\u0958" * 51, "1"))
    assert reasons(longer) == ["102 characters, more than 100"]


def test_a_text_with_two_labels_leaves_altogether():
    result = snapshot(Row(1, "odd", "1"), Row(2, "odd", "0"), Row(3, "even", "0"))
    assert result.accepted["text"].to_pylist() == ["even"]
    assert reasons(result) == ["conflicting labels: negative, positive"] * 2


def test_a_label_map_that_misses_a_whole_label_is_an_error_that_counts_them():
    rows = [Row(i, f"text {i}", str(i % 3)) for i in range(30)]
    with pytest.raises(DataError) as caught:
        snapshot(*rows)
    assert "10 of 30 rows" in caught.value.found
    assert "'2' (10 times)" in caught.value.found
    assert "first on line 2" in caught.value.found
    assert caught.value.expected == "one of '0', '1'"


TEXTS = st.sampled_from(["up", "down", "flat", "caf\u00e9", "cafe\u0301", "", " ", "x" * 101])
ROWS = st.lists(st.tuples(TEXTS, st.sampled_from(["0", "1"])), min_size=1, max_size=40)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_source_rows_does_not_change_the_snapshot(pairs, shuffler: random.Random):
    rows = [Row(i, *pair) for i, pair in enumerate(pairs, 1)]
    shuffled = list(rows)
    shuffler.shuffle(shuffled)
    assert snapshot(*rows).accepted.equals(snapshot(*shuffled).accepted)


@given(ROWS)
def test_rows_are_accounted_for_and_ids_are_unique_and_sorted(pairs):
    result = snapshot(*(Row(i, *pair) for i, pair in enumerate(pairs, 1)))
    ids = result.accepted["example_id"].to_pylist()
    assert len(result.accepted) + len(result.quarantine) == len(pairs) == result.rows_read
    assert ids == sorted(set(ids))
    assert sum(result.label_counts.values()) == len(result.accepted)
    assert result.accepted.schema.equals(SNAPSHOT)
    assert result.quarantine.schema.equals(QUARANTINE)


@given(ROWS)
def test_what_stays_does_not_contradict_itself_when_ingested_again(pairs):
    once = snapshot(*(Row(i, *pair) for i, pair in enumerate(pairs, 1))).accepted
    back = {label: word for word, label in LABELS.items()}
    again = [Row(i, r["text"], back[r["label"]]) for i, r in enumerate(once.to_pylist(), 1)]
    assert snapshot(*again).accepted.equals(once)


def capped(rows: list[Row], at_most: int) -> SplitSnapshot:
    sources = [SourceRows("f.csv", rows)]
    return snapshot_split(
        "train", sources, task="mood", labels=LABELS, max_characters=100, at_most=at_most
    )


def test_rows_of_a_label_that_is_not_wanted_are_left_out_on_purpose():
    result = snapshot_split(
        "train",
        [SourceRows("f.csv", [Row(1, "up", "1"), Row(2, "so so", "2"), Row(3, "flat", "2")])],
        task="mood",
        labels={**LABELS, "2": None},
        max_characters=100,
    )
    assert result.accepted["text"].to_pylist() == ["up"]
    assert reasons(result) == ["left out on purpose: label '2'"] * 2


@given(st.permutations(range(40)), st.integers(1, 50))
def test_of_too_many_rows_always_the_same_ones_are_kept(order, at_most):
    rows = [Row(i, f"text {i}", str(i % 2)) for i in range(40)]
    turned = capped([rows[i] for i in order], at_most)
    assert turned.accepted == capped(rows, at_most).accepted
    assert len(turned.accepted) == min(at_most, 40)
    assert turned.rows_read == 40
    assert set(reasons(turned)) <= {f"left out on purpose: more than {at_most} rows"}


def test_a_new_row_takes_the_place_of_one_other_at_most():
    rows = [Row(i, f"text {i}", "1") for i in range(40)]
    before = {*capped(rows, 10).accepted["text"].to_pylist()}
    after = {*capped([*rows, Row(99, "new", "1")], 10).accepted["text"].to_pylist()}
    assert len(before - after) <= 1
    assert before < {*capped(rows, 20).accepted["text"].to_pylist()}
