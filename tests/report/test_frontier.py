from dataclasses import replace

from tests.report.adjacent import TARGETS, adjacent_findings, frontier_rows
from tickertone.report.findings import TargetFindings
from tickertone.report.frontier import frontier_section


def test_best_and_smallest_of_each_target_are_told():
    section = frontier_section(adjacent_findings())
    assert [choice.target for choice in section.choices] == [*TARGETS]
    assert (section.combiner, section.k) == ("adaptive", 32)
    first = section.choices[0]
    assert first.smallest["members"] < first.best["members"] < first.most
    assert "var(--combiner)" in section.chart


def test_the_order_of_rows_makes_no_difference():
    rows = frontier_rows(15, 0)
    findings = adjacent_findings()
    there = replace(findings, targets={"imdb": TargetFindings(frontier=rows)})
    back = replace(findings, targets={"imdb": TargetFindings(frontier=rows[::-1])})
    assert frontier_section(there) == frontier_section(back)


def test_an_ensemble_of_one_size_is_best_and_smallest():
    (only,) = frontier_rows(1, 0)
    found = {"imdb": TargetFindings(frontier=[only])}
    (choice,) = frontier_section(replace(adjacent_findings(), targets=found)).choices
    assert choice.best is choice.smallest


def test_without_the_stage_there_is_no_section(findings):
    assert frontier_section(findings) is None


def test_where_members_were_not_timed_the_curve_by_members_is_still_whole():
    rows = [{**row, "milliseconds_per_text": None} for row in frontier_rows(5, 0)]
    found = {"imdb": TargetFindings(frontier=rows)}
    section = frontier_section(replace(adjacent_findings(), targets=found))
    assert section.choices[0].smallest["milliseconds_per_text"] is None
    assert section.chart.startswith("<svg")
