from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tickertone.validation.sample import sample

LABELS = ["negative"] * 10 + ["neutral"] * 60 + ["positive"] * 30
IDS = [f"id{i}" for i in range(100)]


def chosen(ids, labels, rows):
    return {of for of, inside in zip(ids, sample(ids, labels, rows), strict=True) if inside}


def test_each_label_has_its_share():
    inside = sample(IDS, LABELS, 20)
    counts = Counter(label for label, there in zip(LABELS, inside, strict=True) if there)
    assert counts == {"negative": 2, "neutral": 12, "positive": 6}


@given(st.permutations(range(100)), st.integers(1, 120))
def test_the_order_of_the_rows_makes_no_difference(order, rows):
    turned = chosen([IDS[i] for i in order], [LABELS[i] for i in order], rows)
    assert turned == chosen(IDS, LABELS, rows)
    assert len(turned) == min(rows, 100)


def test_a_larger_sample_of_the_same_shares_holds_the_smaller_one():
    assert chosen(IDS, LABELS, 20) < chosen(IDS, LABELS, 40)


def test_a_new_row_takes_the_place_of_one_at_most():
    before = chosen(IDS, LABELS, 20)
    after = chosen([*IDS, "new"], [*LABELS, "neutral"], 20)
    assert len(before - after) <= 2


def test_a_balanced_sample_has_as_many_of_each_label():
    inside = sample(IDS, LABELS, 24, balanced=True)
    counts = Counter(label for label, there in zip(LABELS, inside, strict=True) if there)
    assert counts == {"negative": 8, "neutral": 8, "positive": 8}


def test_a_label_that_is_short_of_rows_makes_a_balanced_sample_smaller():
    inside = sample(IDS, LABELS, 60, balanced=True)
    counts = Counter(label for label, there in zip(LABELS, inside, strict=True) if there)
    assert counts == {"negative": 10, "neutral": 20, "positive": 20}
