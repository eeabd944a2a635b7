import pytest

from tickertone.metrics.unseen import share_unseen


@pytest.mark.parametrize("cases", [1, 50, 1000])
def test_at_that_share_no_case_has_it_once_in_forty(cases):
    assert (1 - share_unseen(cases)) ** cases == pytest.approx(0.025)


def test_after_no_case_nothing_is_ruled_out():
    assert share_unseen(0) == 1
