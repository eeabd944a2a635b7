"""How many labels a tuned model needs to match an ensemble with eight labels per class."""

import pytest

from tests.report.adjacent import adjacent_findings
from tickertone.report.budgets import target_lines
from tickertone.report.option_chart import option_lines
from tickertone.report.options import Match, ensembles, match_rows, matches


def match(accuracy, tuned):
    return Match("t", "FT", "learner", accuracy, tuned, None)


@pytest.mark.parametrize(
    ("accuracy", "labels", "said"),
    [
        (0.70, 16.0, "about 16"),  # half way from 8 to 32 on the logarithm
        (0.80, 32.0, "about 32"),
        (0.55, 8, "at most 8"),
        (0.60, 8, "at most 8"),
        (0.95, None, "more than 128"),
    ],
)
def test_labels_are_read_between_measured_numbers_over_their_logarithm(accuracy, labels, said):
    found = match(accuracy, {8: 0.6, 32: 0.8, 128: 0.9})
    assert found.labels == (labels if labels is None else pytest.approx(labels))
    assert found.said == said


def test_the_first_time_it_is_reached_counts():
    assert match(0.7, {8: 0.6, 32: 0.8, 128: 0.65}).labels == pytest.approx(16)


def test_the_papers_learner_and_the_compared_combiner_are_both_matched():
    findings = adjacent_findings()
    assert ensembles(findings) == ["least_squares_sgd", "adaptive"]
    assert {(m.target, m.option) for m in matches(findings)} == {
        (target, option)
        for target in ("cornell", "tweets", "tfsn")
        for option in ("FT", "DA(FT)^2")
    }


def test_the_table_has_no_number_where_the_ensemble_is_never_reached():
    rows = match_rows(adjacent_findings())
    never = [row for row in rows if row["option"] == "FT"]
    assert {row["said"] for row in never} == {"more than 128"}
    assert {row["labels"] for row in never} == {None}
    assert {row["accuracy_with_all_rows"] for row in never} == {0.9}


def test_the_chart_says_which_line_is_which():
    lines = target_lines(adjacent_findings().budget_curves, "cornell")
    svg = option_lines(lines, ["least_squares_sgd", "adaptive"], "adaptive", "o")
    for name in (
        "DAFT-E: least_squares_sgd",
        "DAFT-E: adaptive",
        "FT, band",
        "DA(FT)^2, band",
        "DAFT^Z, each member",
        "DAFT-E^Z",
        "DAFT-E, 8 labels per class",
    ):
        assert name in svg
    assert ">all rows</text>" in svg
