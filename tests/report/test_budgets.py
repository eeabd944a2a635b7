"""Accuracy by the number of labels, as the page shows it."""

from dataclasses import replace

import pytest

from tickertone.report.budget_chart import budget_lines
from tickertone.report.budgets import budget_table, contrast_rows, mean_lines, target_lines
from tickertone.report.render import render


def curve(target, combiner, option, k, accuracy):
    figures = {f"accuracy_{name}": accuracy for name in ("mean", "min", "max")}
    return {"target": target, "combiner": combiner, "option": option, "k": k, **figures}


CURVES = [
    curve("one", "mean", "DAFT-E^Z", 0, 0.8),
    curve("two", "mean", "DAFT-E^Z", 0, 0.6),
    curve("one", "learner", "DAFT-E^Z", 0, 0.8),
    curve("one", "learner", "DAFT-E", 8, 0.9),
    curve("two", "learner", "DAFT-E^Z", 0, 0.6),
    curve("two", "learner", "DAFT-E", 8, 0.66),
    curve("one", "short", "DAFT-E^Z", 0, 0.7),
    curve("one", "short", "DAFT-E", 8, 0.99),
    curve("one", "minilm", "DAFT^Z", 0, 0.85),
    curve("one", "tfidf", "DAFT^Z", 0, 0.75),
    curve("one", "ft", "FT", 8, 0.7),
    curve("one", "ft_all", "FT", None, 0.95),
]


def test_a_combiner_is_averaged_over_targets_and_a_rule_without_labels_stays_what_it_is():
    table = budget_table(CURVES)

    assert (table.budgets, table.targets) == ([0, 8], 2)
    rows = dict(table.rows)
    assert rows["mean"] == pytest.approx([0.7, 0.7])
    assert rows["learner"] == pytest.approx([0.7, 0.78])


def test_a_combiner_that_is_missing_on_a_target_has_no_mean_and_is_not_the_best():
    table = budget_table(CURVES)

    assert dict(table.rows)["short"] == [None, None]
    assert table.best(1) == pytest.approx(0.78)


def test_lines_of_the_mean_leave_out_what_has_none_and_have_no_band():
    lines = mean_lines(budget_table(CURVES))

    assert {*lines.combiners} == {"mean", "learner"}
    assert lines.combiners["learner"][8]["mean"] == pytest.approx(0.78)
    chart = budget_lines(lines, "learner", {"learner": "ridge", "mean": "mean"}, "all")
    assert "band" not in chart
    assert "learner" in chart


def test_lines_of_a_target_have_tuned_models_and_the_best_member_beside_them():
    lines = target_lines(CURVES, "one")

    assert {*lines.combiners} == {"mean", "learner", "short"}
    assert lines.tuned == {"FT": {8: {"mean": 0.7, "min": 0.7, "max": 0.7}}}
    assert lines.best_member == 0.85
    assert target_lines(CURVES, "three") is None
    assert target_lines(CURVES, "two").best_member is None


def test_the_chart_is_the_same_bytes_for_the_same_figures():
    lines = target_lines(CURVES, "one")

    chart = budget_lines(lines, "learner", {}, "a")

    assert chart == budget_lines(lines, "learner", {}, "a")
    assert "learner" in chart
    assert "var(--combiner)" in chart
    assert "<svg" in budget_lines(target_lines(CURVES, "two"), None, {}, "b")


def test_the_chart_says_which_line_is_which():
    kinds = {"mean": "mean", "short": "least_squares_sgd", "learner": "adaptive"}
    chart = budget_lines(target_lines(CURVES, "one"), "learner", kinds, "c")
    for said in (
        "mean: uniform mean, no label",
        "short: DAFT-E of the paper",
        "best single member, DAFT^Z",
        "learner, band: all draws",
    ):
        assert f">{said}</text>" in chart


def test_of_several_models_of_an_option_the_best_counts_and_all_rows_stand_apart():
    more = [curve("one", "other", "FT", 8, 0.72), curve("one", "third", "FT", 8, 0.5)]
    lines = target_lines(CURVES + more, "one")
    assert lines.tuned["FT"][8]["mean"] == 0.72
    assert lines.with_all == {"FT": 0.95}


CONTRASTS = [
    {"target": target, "than": than, "k": k, "difference": 0.01, "low": 0.0, "high": 0.02}
    for target in ("one", None)
    for than in ("mean", "short")
    for k in (None, 8, 0)
]


def test_contrasts_of_the_mean_over_targets_end_with_the_mean_over_budgets():
    found = contrast_rows(CONTRASTS)

    assert [than for than, _ in found] == ["mean", "short"]
    assert [row["k"] for row in found[0][1]] == [0, 8, None]
    assert {row["target"] for _, rows in found for row in rows} == {None}
    (only,) = contrast_rows([r for r in CONTRASTS if r["target"] == "one" and r["than"] == "mean"])
    assert only[0] == "mean"


def test_the_page_has_table_contrasts_and_charts(findings):
    curves = [{**row, "target": {"one": "tweets", "two": "wires"}[row["target"]]} for row in CURVES]
    swept = replace(findings, budget_curves=curves, budget_contrasts=CONTRASTS, compared="learner")
    page = render(swept)

    assert 'id="budgets"' in page
    assert "learner minus each other" in page
    assert '<a href="#budgets">' in page
    # Its caption and its name for those who cannot see it, on the target that was evaluated.
    assert page.count("Accuracy by the number of labels per class") == 2
    assert 'id="budgets"' not in render(findings)
