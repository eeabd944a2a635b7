from tests.report.conftest import row
from tickertone.report.groups import group_figures

SEEDS = [row(f"five_s{i}", "model", accuracy) for i, accuracy in enumerate((0.80, 0.86, 0.83))]


def test_a_group_has_the_mean_and_the_spread_of_its_members():
    (group,) = group_figures(
        [*SEEDS, row("other", "model", 0.99)], {"five": [r["system"] for r in SEEDS]}
    )
    assert (group.measured, group.members) == (3, 3)
    assert round(group.accuracy.mean, 6) == 0.83
    assert (group.accuracy.low, group.accuracy.high) == (0.80, 0.86)
    assert round(group.macro_f1.low, 6) == 0.14


def test_members_that_failed_are_counted_as_missing():
    (group,) = group_figures(SEEDS[:2], {"five": [r["system"] for r in SEEDS]})
    assert (group.measured, group.members) == (2, 3)


def test_a_group_of_which_nothing_was_measured_has_no_row():
    assert group_figures(SEEDS, {"none": ["gone"]}) == []
