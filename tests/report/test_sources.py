"""Members by themselves on targets whose data they have not learnt from."""

from dataclasses import replace

from tests.report.adjacent import MEMBERS, adjacent_findings
from tests.report.conftest import row
from tickertone.report.findings import TargetFindings
from tickertone.report.sources import by_source, source_section, source_target_rows


def test_members_that_sit_out_have_no_cell():
    rows = source_target_rows(adjacent_findings())
    assert not [r for r in rows if r["source"] == r["target"]]
    assert {r["model"] for r in rows if r["target"] == "tfsn"} == {
        "tweets_minilm",
        "tweets_lora",
        "tweets_tfidf",
    }


def test_a_model_that_is_scored_but_is_no_member_has_no_cell():
    board = [row("amazon_minilm", "model", 0.8), row("ft", "model", 0.9)]
    clean = [{**r, "split": "clean"} for r in board]
    found = TargetFindings(leaderboard=board + clean, pool=["amazon_minilm"])
    findings = replace(adjacent_findings(), targets={"imdb": found})
    assert [(r["model"], r["accuracy"]) for r in source_target_rows(findings)] == [
        ("amazon_minilm", 0.8)
    ]


def test_models_of_a_source_stand_together():
    findings = adjacent_findings()
    shuffled = dict(sorted(findings.model_specs.items(), key=lambda item: item[0][::-1]))
    found = by_source(replace(findings, model_specs=shuffled), {*MEMBERS})
    sources = [source for source, _ in found]
    assert len(found) == 18
    assert [s for i, s in enumerate(sources) if s not in sources[:i]] == sources[::3]


def test_an_experiment_of_another_kind_has_no_such_map(findings):
    assert source_section(findings) is None
    section = source_section(adjacent_findings())
    assert section.members == 18
