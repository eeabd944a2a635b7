import re

from tickertone.report.charts import accuracy_intervals, reliability
from tickertone.report.leaderboard import rankings


def test_every_system_is_named_in_the_order_of_the_ranking(findings):
    ranking = rankings(findings.targets["tweets"].leaderboard)["full"]
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", accuracy_intervals(ranking, "c"))
    names = [t for t in texts if t in {"mean", "minilm", "finbert", "tfidf"}]
    assert names == ["mean", "minilm", "finbert", "tfidf"]


def test_colours_follow_the_scheme_of_the_page(findings):
    ranking = rankings(findings.targets["tweets"].leaderboard)["full"]
    svg = accuracy_intervals(ranking, "c")
    assert "var(--model)" in svg
    assert "var(--combiner)" in svg
    assert "var(--ink)" in svg
    assert "#0102" not in svg


def test_two_charts_on_one_page_share_no_id(findings):
    ranking = rankings(findings.targets["tweets"].leaderboard)["full"]
    first, second = (
        set(re.findall(r' id="([^"]+)"', accuracy_intervals(ranking, name))) for name in "ab"
    )
    assert first
    assert not first & second


def test_a_single_bin_makes_a_reliability_chart():
    bins = [{"system": "only", "n": 3, "confidence": 0.4, "accuracy": 0.33}]
    assert reliability(bins, {"only": "model"}, "r").startswith("<svg")
