"""The compared combiner against the best of the others, held against what is asked of it."""

from dataclasses import replace

import pytest

from tests.report.adjacent import adjacent_findings
from tickertone.report.budget_goal import goal_rows, standings


def findings_of(differences):
    """`differences`: (k, than) -> difference."""
    rows = [
        {"target": None, "than": than, "k": k, "difference": d, "low": d - 1, "high": d + 1}
        for (k, than), d in differences.items()
    ]
    return replace(adjacent_findings(), budget_contrasts=rows)


def test_the_best_other_is_the_one_with_the_least_difference():
    (at,) = standings(findings_of({(8, "stacking"): -0.002, (8, "mean"): 0.01}))
    assert (at.than, at.met, at.short_by) == ("stacking", True, 0.0)


def test_more_than_half_a_point_below_falls_short_by_the_rest():
    (at,) = standings(findings_of({(8, "stacking"): -0.008}))
    assert not at.met
    assert at.short_by == pytest.approx(0.003)


def test_without_a_label_it_is_held_against_the_uniform_mean_alone():
    below, other = standings(findings_of({(0, "mean"): -0.001, (0, "half_hard_mean"): -0.02}))
    assert (below.than, below.met, below.short_by) == ("mean", False, 0.001)
    assert (other.than, other.goal, other.met) == ("half_hard_mean", None, True)


@pytest.mark.parametrize(("difference", "met"), [(0.001, True), (0.0, False), (-0.001, False)])
def test_on_average_it_is_to_be_above_each_of_them(difference, met):
    (at,) = standings(findings_of({(None, "mean"): 0.02, (None, "stacking"): difference}))
    assert (at.than, at.met) == ("stacking", met)


def test_rows_are_of_the_mean_over_targets_in_the_order_of_labels():
    rows = goal_rows(adjacent_findings())
    assert [row["k"] for row in rows] == [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, None]
    assert {row["combiner"] for row in rows} == {"adaptive"}


def test_without_contrasts_nothing_is_said():
    assert standings(replace(adjacent_findings(), budget_contrasts=[])) == []
