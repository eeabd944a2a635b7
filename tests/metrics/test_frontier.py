import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.errors import DataError
from tickertone.metrics.frontier import frontier
from tickertone.metrics.paired_draws import paired_difference


def curve(*rows, costs=None):
    right = [np.array([row], dtype=bool) for row in rows]
    costs = np.arange(1.0, len(rows) + 1) if costs is None else np.array(costs)
    return frontier(right, list(range(1, len(rows) + 1)), costs)


def wrong_on(count, texts=100):
    return [False] * count + [True] * (texts - count)


def test_worked_out_by_hand():
    # The third leads the second by one text in a hundred: 0.01 with a standard error of 0.01.
    found = curve(wrong_on(20), wrong_on(11), wrong_on(10), wrong_on(10), costs=[2, 5, 9, 14])
    assert [point.accuracy for point in found.points] == pytest.approx([0.8, 0.89, 0.9, 0.9])
    assert [point.behind for point in found.points] == pytest.approx([0.1, 0.01, 0, 0])
    errors = [np.sqrt(0.1 * 0.9 / 99), np.sqrt(0.01 * 0.99 / 99), 0, 0]
    assert [point.standard_error for point in found.points] == pytest.approx(errors)
    assert (found.best.members, found.best.milliseconds_per_text) == (3, 9)
    assert (found.smallest.members, found.smallest.milliseconds_per_text) == (2, 5)


def test_a_lead_that_every_text_pays_for_is_no_noise():
    found = curve(wrong_on(50), wrong_on(10))
    assert found.smallest is found.best
    assert found.best.members == 2


def test_pairing_lets_a_small_but_steady_lead_count():
    # Two texts gained, none lost: one standard error is 0.014. Sixty swapped on top: 0.08.
    steady = curve(wrong_on(12), wrong_on(10))
    swapped = curve([False] * 12 + [True] * 88, [True] * 12 + [False] * 10 + [True] * 78)
    assert steady.smallest.members == 2
    assert swapped.smallest.members == 1


def test_draws_add_their_noise():
    random = np.random.default_rng(0)
    right = [random.random((8, 50)) < share for share in (0.7, 0.8, 0.85)]
    found = frontier(right, [1, 3, 9], np.array([1.0, 2.0, 4.0]))
    lead = paired_difference(right[2], right[0])
    assert (found.points[0].behind, found.points[0].standard_error) == pytest.approx(
        (lead.value, lead.standard_error)
    )


@given(
    st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=6),
)
def test_the_smallest_is_never_dearer_nor_more_accurate_than_the_best(rows):
    found = curve(*rows)
    assert found.best.within_noise
    assert found.best.behind == 0
    assert found.smallest.milliseconds_per_text <= found.best.milliseconds_per_text
    assert found.smallest.accuracy <= found.best.accuracy
    cheaper = [point for point in found.points if point.members < found.smallest.members]
    assert not any(point.within_noise for point in cheaper)


@pytest.mark.parametrize(
    ("members", "costs"),
    [([1], [1.0, 2]), ([2, 1], [1.0, 2]), ([1, 2], [2.0, 1]), ([1, 1], [1, 2])],
)
def test_what_is_not_nested_is_refused(members, costs):
    right = [np.ones((1, 4), dtype=bool)] * 2
    with pytest.raises(DataError):
        frontier(right, members, np.array(costs))
    with pytest.raises(DataError):
        frontier([], [], np.array([]))
