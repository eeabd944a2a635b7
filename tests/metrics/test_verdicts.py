import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.metrics.evaluation import Estimate
from tickertone.metrics.verdicts import (
    is_better,
    is_comparable,
    not_surer_than,
    verdict_of_all,
)

VERDICTS = ("holds", "does not hold", "undecided", "not measurable")
points = st.integers(-100, 100).map(lambda n: n / 100)


@st.composite
def estimates(draw):
    low, value, high = sorted(draw(st.tuples(points, points, points)))
    return Estimate(value, low, high)


@pytest.mark.parametrize(
    ("low", "high", "by", "verdict"),
    [
        (0.01, 0.05, 0.0, "holds"),
        (-0.01, 0.05, 0.0, "undecided"),
        (-0.05, -0.01, 0.0, "does not hold"),
        (0.0, 0.05, 0.0, "undecided"),  # the margin itself is not above it
        (-0.05, 0.0, 0.0, "does not hold"),
        (0.0, 0.0, 0.0, "does not hold"),  # two systems that say the same
        (0.01, 0.05, 0.02, "undecided"),
        (0.03, 0.05, 0.02, "holds"),
        (-0.01, 0.05, -0.02, "holds"),  # not worse by two points
        (-0.03, 0.05, -0.02, "undecided"),
        (-0.05, -0.03, -0.02, "does not hold"),
    ],
)
def test_better_means_that_the_whole_interval_is_above_the_margin(low, high, by, verdict):
    assert is_better(Estimate((low + high) / 2, low, high), by) == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.01, 0.02, "holds"),
        (-0.02, 0.02, "holds"),
        (-0.021, 0.01, "undecided"),
        (0.01, 0.03, "undecided"),
        (0.021, 0.03, "does not hold"),
        (-0.03, -0.021, "does not hold"),
        (-0.05, 0.05, "undecided"),  # too wide to say anything
    ],
)
def test_comparable_means_that_the_whole_interval_is_within_the_margin(low, high, verdict):
    assert is_comparable(Estimate((low + high) / 2, low, high), 0.02) == verdict


def test_two_systems_that_never_differ_may_yet_do_so_on_what_few_texts_did_not_show():
    same = Estimate(0.0, 0.0, 0.0)
    assert is_comparable(not_surer_than(3, same), 0.02) == "undecided"
    assert is_comparable(not_surer_than(2000, same), 0.02) == "holds"
    # With 50 texts: the share at which none of them would differ in 2.5 % of cases.
    assert (1 - not_surer_than(50, same).high) ** 50 == pytest.approx(0.025)


def test_systems_that_differ_on_one_text_are_not_known_better_than_those_that_never_do():
    once = Estimate(1 / 160, 0.0, 3 / 160)
    assert is_comparable(once, 0.02) == "holds"
    assert is_comparable(not_surer_than(160, once), 0.02) == "undecided"


@given(estimates(), st.integers(1, 5000))
def test_an_interval_is_never_made_narrower_nor_wider_than_its_texts_ask_for(found, texts):
    kept = not_surer_than(texts, found)
    assert -1 <= kept.low <= found.low
    assert found.high <= kept.high <= 1
    unseen = 1 - 0.025 ** (1 / texts)
    if found.value - found.low > unseen and found.high - found.value > unseen:
        assert kept == found


@given(estimates(), points)
def test_of_a_difference_and_its_reverse_never_both_are_better(found, by):
    reverse = Estimate(-found.value, -found.high, -found.low)
    both = [is_better(found, abs(by)), is_better(reverse, abs(by))]
    assert both.count("holds") <= 1


@given(estimates(), points, points)
def test_a_lower_margin_never_refutes_what_held(found, one, other):
    if is_better(found, max(one, other)) == "holds":
        assert is_better(found, min(one, other)) == "holds"


@given(estimates(), st.integers(1, 50), st.integers(1, 50))
def test_a_wider_margin_never_refutes_what_was_comparable(found, one, other):
    narrow, wide = sorted((one / 100, other / 100))
    if is_comparable(found, narrow) == "holds":
        assert is_comparable(found, wide) == "holds"


@pytest.mark.parametrize(
    ("verdicts", "all_of_them"),
    [
        (["holds", "holds"], "holds"),
        (["holds", "undecided"], "undecided"),
        (["holds", "not measurable"], "not measurable"),
        (["undecided", "not measurable"], "not measurable"),
        (["not measurable", "does not hold", "holds"], "does not hold"),
    ],
)
def test_a_claim_is_refuted_by_one_comparison_and_held_by_all(verdicts, all_of_them):
    assert verdict_of_all(verdicts) == all_of_them


@given(st.lists(st.sampled_from(VERDICTS), min_size=1), st.randoms())
def test_the_order_of_comparisons_makes_no_difference(verdicts, random):
    shuffled = random.sample(verdicts, len(verdicts))
    assert verdict_of_all(shuffled) == verdict_of_all(verdicts)
