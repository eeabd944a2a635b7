import re
from dataclasses import replace

from tests.report.test_render import words
from tickertone.report.claims import claims_of, papers
from tickertone.report.render import render

EMPTY = dict.fromkeys(
    ("comparison", "target", "split", "metric", "n", "left_value", "right_value", "measured",
     "low", "high", "why")
)  # fmt: skip


def claim(number, part, verdict, **more):
    about = {"paper": "a paper", "claim": number, "statement": f"Statement {number}"}
    return {**EMPTY, **about, "part": part, "verdict": verdict, **more}


ROWS = [
    claim("1", 0, "holds"),
    claim(
        "1", 1, "holds", comparison="big_model better than small", target="tweets", split="clean",
        metric="macro_f1", n=90, left_value=0.9, right_value=0.876, measured=0.024, low=0.011,
        high=0.037,
    ),
    claim("1", 2, "holds", comparison="x over y", target="tweets", split="full",
          metric="accuracy", left_value=0.8125, right_value=0.75, measured=0.0625, low=0.01,
          high=0.1),
    claim("2", 0, "not measurable"),
    claim("2", 1, "not measurable", comparison="x within 1 point of y", why="<x> & y: gone",
          target="tweets", split="full", metric="accuracy"),
    claim("3", 0, "holds", left_value=1.5),
    claim("3", 1, "holds", comparison="x trains in less time than 28 minutes",
          metric="train_minutes", left_value=1.5, right_value=28.0, measured=-26.5),
]  # fmt: skip


def test_parts_stand_below_their_claim():
    claims = claims_of(ROWS)
    assert [(c.whole["claim"], len(c.parts), c.tag) for c in claims] == [
        ("1", 2, "good"),
        ("2", 1, ""),
        ("3", 1, "good"),
    ]
    assert papers(ROWS) == ["a paper"]


def test_the_page_shows_verdicts_with_their_figures_and_reasons(findings):
    page = render(replace(findings, claims=ROWS))
    assert "1. Statement 1" in page
    assert "+2.4" in page
    assert "+1.1 to +3.7" in page
    assert "tweets, clean, macro_f1" in page
    assert "&lt;x&gt; &amp; y: gone" in page
    assert "1.5 min" in page
    assert "-26.5 min" in page


def test_accuracies_are_in_percent_and_other_scores_are_not(findings):
    text = words(render(replace(findings, claims=ROWS)))
    assert re.search(r"macro_f1\s*0\.900\s*0\.876\s*\+2\.4", text)
    assert re.search(r"x over y\s*tweets\s*81\.2\s*75\.0\s*\+6\.2", text)


def test_a_page_without_claims_does_not_speak_of_them(findings):
    assert 'id="claims"' not in render(findings)


def test_the_page_shows_groups_beside_the_target_that_they_were_scored_on(findings):
    page = render(replace(findings, groups={"learnt": ["finbert", "tfidf", "gone"]}))
    assert "Groups of systems, on average" in page
    assert "2 of 3" in page
    assert "<b>83.1</b>" in page  # the mean of 85.2 and 81.0 %
