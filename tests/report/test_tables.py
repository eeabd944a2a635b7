"""Tables as CSV: what a program reads is what was measured."""

import csv
from dataclasses import replace
from io import StringIO

from tests.report.adjacent import adjacent_findings
from tickertone.report.tables import tables_of


def read(text):
    return list(csv.DictReader(StringIO(text)))


def test_every_table_is_there_with_the_experiment_in_each_row():
    tables = tables_of(adjacent_findings())
    assert {*tables} == {
        "budget_contrasts",
        "budget_curves",
        "budget_goal",
        "budget_weights",
        "frontier",
        "labels_to_match",
        "prediction_sets",
        "relative_improvement",
        "relative_improvement_of_members",
        "selective",
        "source_target",
        "transfer",
        "transfer_agreement",
    }
    for text in tables.values():
        assert {row["experiment"] for row in read(text)} == {"adjacent"}
        assert "\r" not in text


def test_figures_keep_their_full_precision_and_null_is_empty():
    place = {"target": "one, two", "option": "FT", "combiner": "ft", "k": None}
    curves = [{**place, "accuracy_mean": 1 / 3, "best": True}]
    tables = tables_of(replace(adjacent_findings(), budget_curves=curves, targets={}))
    (row,) = read(tables["budget_curves"])
    assert float(row["accuracy_mean"]) == 1 / 3
    assert (row["target"], row["k"], row["best"]) == ("one, two", "", "true")


def test_a_table_without_rows_is_not_written(findings):
    assert tables_of(findings) == {}


def test_equal_findings_give_equal_bytes():
    assert tables_of(adjacent_findings()) == tables_of(adjacent_findings())
