from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tickertone.draws import drawn

LABELS = [i % 3 for i in range(60)]
IDS = [f"id{i}" for i in range(60)]


def names(per_class: int, draw: int, order=range(60)) -> set[str]:
    ids = [IDS[i] for i in order]
    return {ids[at] for at in drawn(ids, [LABELS[i] for i in order], per_class, draw)}


def test_as_many_rows_of_each_label_are_drawn():
    chosen = drawn(IDS, LABELS, 5, draw=0)
    assert Counter(LABELS[i] for i in chosen) == {0: 5, 1: 5, 2: 5}
    assert chosen == sorted(chosen)


def test_a_label_with_fewer_rows_gives_all_it_has():
    assert drawn(["a", "b", "c"], ["x", "x", "y"], 2, draw=0) == [0, 1, 2]


@given(st.permutations(range(60)), st.integers(0, 20), st.integers(0, 5))
def test_the_order_of_the_rows_makes_no_difference(order, per_class, draw):
    assert names(per_class, draw, order) == names(per_class, draw)


@given(st.integers(0, 19), st.integers(0, 5))
def test_the_rows_for_fewer_are_among_those_for_more(per_class, draw):
    assert names(per_class, draw) <= names(per_class + 1, draw)


def test_draws_differ_and_each_is_always_the_same():
    assert len({frozenset(names(4, draw)) for draw in range(10)}) == 10
    assert drawn(["a", "b", "c", "d"], [0, 0, 0, 0], 2, draw=0) == [1, 2]


def test_a_new_row_takes_the_place_of_one_other_at_most():
    before = names(4, 0)
    ids, labels = [*IDS, "new"], [*LABELS, 1]
    after = {ids[at] for at in drawn(ids, labels, 4, 0)}
    assert len(before - after) <= 1
