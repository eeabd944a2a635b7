import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tickertone.models.generative.shots import balanced_draw, nearest

LABELS = np.array([0] * 30 + [1] * 8 + [2] * 2)


@given(st.integers(0, 40), st.integers(0, 99))
def test_a_draw_holds_each_label_as_often_as_the_others_while_there_are_rows(shots, seed):
    chosen = balanced_draw(LABELS, 3, shots, seed)
    assert len(chosen) == len(set(chosen)) == shots
    counts = np.bincount(LABELS[chosen], minlength=3)
    most = counts.max(initial=0)
    for label, rows in enumerate((30, 8, 2)):
        assert counts[label] >= min(most - 1, rows)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 9))
def test_a_smaller_draw_is_the_beginning_of_a_larger_one(few, more, seed):
    whole = balanced_draw(LABELS, 3, few + more, seed)
    assert balanced_draw(LABELS, 3, few, seed) == whole[:few]


def test_seeds_draw_different_examples():
    assert len({tuple(balanced_draw(LABELS, 3, 5, seed)) for seed in range(3)}) == 3


def test_the_nearest_stands_last_and_what_is_excluded_is_nowhere():
    angles = np.array([0.0, 0.1, 0.5, 1.0, 2.0])
    pool = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert nearest(pool[:1], pool, 2, [frozenset()]) == [[1, 0]]
    assert nearest(pool[:1], pool, 2, [frozenset({0, 1})]) == [[3, 2]]


def test_a_small_pool_gives_what_it_has():
    pool = np.eye(3, dtype=np.float32)
    assert nearest(pool[:1], pool, 5, [frozenset({0})]) == [[2, 1]]


def test_among_equals_the_first_in_the_pool_stands_last_whatever_rounding_says():
    pool = np.repeat(np.array([[0.6, 0.8]], dtype=np.float32), 4, axis=0)
    pool[2:] += np.float32(3e-7)  # as another batch would have rounded it
    assert nearest(pool[:1], pool, 3, [frozenset()]) == [[2, 1, 0]]
