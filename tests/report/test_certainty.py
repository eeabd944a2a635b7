from dataclasses import replace

import pytest

from tests.report.adjacent import adjacent_findings
from tickertone.report.certainty import selective_section, set_section
from tickertone.report.findings import TargetFindings

SETS = {
    "combiner": "adaptive",
    "k": 8,
    "draws": 20,
    "asked": 0.9,
    "guarantee": 0.91,
    "coverage_mean": 0.92,
    "coverage_min": 0.85,
    "coverage_max": 0.99,
    "size_mean": 1.5,
    "empty_mean": 0.0,
    "all_labels": 0.25,
}


def test_sets_are_averaged_over_targets_and_their_span_is_over_all():
    targets = {
        "imdb": TargetFindings(prediction_sets=[SETS]),
        "yelp": TargetFindings(
            prediction_sets=[{**SETS, "coverage_mean": 0.94, "coverage_min": 0.8}]
        ),
    }
    section = set_section(replace(adjacent_findings(), targets=targets))
    (row,) = section.rows
    assert (section.asked, section.targets) == (0.9, 2)
    assert row["coverage_mean"] == pytest.approx(0.93)
    assert (row["coverage_min"], row["coverage_max"]) == (0.8, 0.99)


def test_confident_texts_have_a_row_a_number_of_labels_and_a_column_a_share():
    section = selective_section(adjacent_findings())
    assert section.shares == [1.0, 0.9, 0.8, 0.7, 0.6, 0.5]
    assert [k for k, _ in section.rows] == [0, 1, 2, 4, 8, 16, 32, 64, 128]
    (_, first), *_ = section.rows
    assert first[-1] == pytest.approx(first[0] + 0.1)
    assert "128 labels per class" in section.chart


def test_without_the_stage_there_is_no_section(findings):
    assert set_section(findings) is None
    assert selective_section(findings) is None
