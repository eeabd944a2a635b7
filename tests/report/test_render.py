import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.report.conftest import row
from tickertone.report.findings import DatasetFindings, TargetFindings
from tickertone.report.render import render

VOID = {"meta", "br", "wbr", "img", "link", "hr", "input"}
ATTACK = '<script>alert("x")</script>'


class Page(HTMLParser):
    """Tags with their attributes, ids, and whether everything opened is closed again."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def words(html: str) -> str:
    return " ".join(Page(html).text.split())


def test_the_page_says_who_is_best_and_how_sure_that_is(findings):
    text = words(render(findings))
    assert "mean is right on 88.0 % of 1,200 texts (95 % interval 86.0 % to 90.0 %)" in text
    assert "cannot tell it from 1 of the 3 others" in text  # corrected for three comparisons
    assert re.search(r"best\s*\W\s*minilm.*?0\.200\s*0\.400", text)
    assert "The best single model, minilm, has 87.1 %" in text


def test_both_splits_have_a_leaderboard_with_their_number_of_texts(findings):
    text = words(render(findings))
    assert "Leaderboard, full split 1,200 texts" in text
    assert "Leaderboard, clean split 1,100 texts" in text
    assert "Without the 100 texts that all but repeat one of the training data" in text


def test_a_clean_split_equal_to_the_full_one_is_said_not_repeated(findings):
    rows = [{**r, "n": 1200} for r in findings.targets["tweets"].leaderboard]
    html = render(replace(findings, targets={"tweets": TargetFindings(leaderboard=rows)}))
    assert "the figures are those of the full split" in words(html)
    assert html.count('class="leaderboard"') == 1


def test_a_target_without_clean_texts_says_so(findings):
    rows = [r for r in findings.targets["tweets"].leaderboard if r["split"] == "full"]
    html = render(replace(findings, targets={"tweets": TargetFindings(leaderboard=rows)}))
    assert "there is no clean part to score" in words(html)


def test_a_winner_that_was_tuned_on_the_targets_own_data_is_marked_as_no_member(findings):
    found = findings.targets["tweets"]
    rows = [row("own", "model", 0.93), *found.leaderboard]
    tuned = replace(found, leaderboard=rows, pool=("minilm", "finbert", "tfidf"))
    text = words(render(replace(findings, targets={"tweets": tuned})))
    assert "own is right on 93.0 %" in text
    assert "It was tuned on this very data set, and is no member of the ensembles." in text
    assert text.count("own tuned here") == 1
    assert "made from labels of this target's own data set" in text.replace("\u2019", "'")
    assert "tuned here" not in words(render(findings)).lower()


def test_accuracy_is_in_percent_in_tables_and_on_axes_and_other_scores_are_shares(findings):
    html = render(findings)
    assert re.search(r"mean\W+88\.0\s*86\.0\W90\.0\s*0\.120", words(html))
    chart = html[html.index('aria-label="Interval chart') :]
    labels = re.findall(r"<text[^>]*>([^<]+)</text>", chart[: chart.index("</svg>")])
    assert "accuracy, %" in labels
    assert "90" in labels
    assert not any(label.startswith("0.") for label in labels)


def test_contaminated_systems_are_flagged_with_the_reason(findings):
    text = words(render(findings))
    assert "finbert: saw FPB: card" in text
    assert "contaminated" in text


def test_a_contaminated_winner_is_named_beside_the_best_of_the_others(findings):
    rows = [dict(r) for r in findings.targets["tweets"].leaderboard]
    rows[0]["contaminated"] = "one of its members saw the test"
    text = words(render(replace(findings, targets={"tweets": TargetFindings(leaderboard=rows)})))
    assert "the best system that is not known to have is minilm with 87.1 %" in text


def test_the_page_says_that_the_best_is_chosen_on_the_texts_that_test_it(findings):
    assert "chosen on the same texts that then test it" in words(render(findings))


def test_published_figures_stand_apart_with_their_source(findings):
    html = render(findings)
    (aside,) = re.findall(r'<aside class="published">.*?</aside>', html, flags=re.DOTALL)
    text = words(aside)
    assert "Published elsewhere, not measured here" in text
    assert re.search(r"somebody's model\s*91\.2\s*\W\s*0\.900\s*their paper, table 2", text)
    assert html.count("somebody&#39;s model") == 1


def test_rows_read_are_those_accepted_and_those_in_quarantine(findings):
    text = words(render(findings))
    # read, accepted, quarantined, near-twins, clean
    assert re.search(r"train\s*5,003\s*5,000\s*3\s*0\s*5,000", text)
    assert re.search(r"test\s*1,200\s*1,200\s*0\s*100\s*1,100", text)
    assert "exact repeat; 1" in text  # without the line that it repeats, so that equal ones add up
    assert "empty text." in text


def test_checks_that_were_not_met_are_listed_and_data_docs_linked(findings):
    html = render(findings)
    assert "2 checks, 1 not met:" in words(html)
    assert "100 found, none expected" in html
    links = [attributes.get("href") for tag, attributes in Page(html).tags if tag == "a"]
    assert "../data-docs/tweets/index.html" in links


def test_only_uneven_weights_are_shown(findings):
    html = render(findings)
    (table,) = re.findall(r'<table class="weights">.*?</table>', html, flags=re.DOTALL)
    assert "greedy" in table
    assert ">mean<" not in table
    assert "0.700" in table


def test_what_is_missing_is_named_and_the_rest_is_there(findings):
    text = words(render(findings))
    assert "This page is not complete. 1 step left no result" in text
    assert "evaluate trial/wires" in text
    assert "Not measured." in text  # target wires
    assert "Not validated." in text  # data set wires
    assert "not trained" in text  # model tfidf
    assert "2 min 05 s" in text  # model minilm


def test_nothing_at_all_still_makes_a_page(findings):
    empty = replace(findings, targets={}, datasets={}, measurements={}, published=[])
    assert words(render(empty)).count("Not measured.") == 2


def test_a_complete_page_has_no_section_on_what_is_missing(findings):
    assert "What is missing" not in render(replace(findings, missing=[]))


def test_non_commercial_data_is_marked_where_it_is_used_and_under_licences(findings):
    text = words(render(findings))
    assert "not for commercial use" in text
    assert "Not for commercial use. At least one data set here does not allow it" in text


def with_text_everywhere(findings, text):
    """The findings with `text` wherever data or a catalog file could bring one in."""
    rows = [{**r, "system": r["system"] + text} for r in findings.targets["tweets"].leaderboard]
    rows[1]["contaminated"] = text
    found = findings.targets["tweets"]

    def renamed(table):
        return [{**r, "system": r["system"] + text, "label": f"{r['label']}{text}"} for r in table]

    return replace(
        findings,
        experiment="trial" + text,
        title="Title " + text,
        target_specs={name + text: spec for name, spec in findings.target_specs.items()},
        targets={
            "tweets" + text: TargetFindings(
                leaderboard=rows,
                evaluations=renamed(found.evaluations),
                confusion=renamed(found.confusion),
                reliability=[{**r, "system": r["system"] + text} for r in found.reliability],
                weights={text: [{"member": text, "weight": 1}, {"member": "b", "weight": 0}]},
            )
        },
        dataset_specs={
            name: {"title": text, "source": {"hub": text}, "licence": {"name": text}}
            for name in findings.dataset_specs
        },
        datasets={
            "tweets": DatasetFindings(
                checks=[{"check": text, "severity": text, "success": False, "detail": text}],
                splits=findings.datasets["tweets"].splits,
                quarantine=[{"split": "test", "reason": text}],
            )
        },
        model_specs={
            "minilm" + text: {
                "family": "encoder",
                "base": {"hub": text},
                "tuning": text,
                "trained_on": [text],
            }
        },
        published=[
            {**r, "target": "tweets" + text, "system": text, "source": text}
            for r in findings.published
        ],
        missing=[text],
    )


@pytest.mark.parametrize("text", [ATTACK, '"><img src=x onerror=alert(1)>', "--><svg onload=x>"])
def test_text_from_data_and_catalog_never_becomes_markup(findings, text):
    html = render(with_text_everywhere(findings, text))
    page = Page(html)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "iframe", "object", "embed"}
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on")]
    assert page.open == []
    assert page.text.count(text) > 15


def test_dollar_signs_in_names_are_not_read_as_mathematics(findings):
    html = render(with_text_everywhere(findings, r" $\frac{1}$"))
    assert html.count(r" $\frac{1}$</text>") >= 4


def test_equal_findings_give_equal_bytes(findings):
    assert render(findings) == render(findings)


def test_the_page_carries_no_date_of_its_making(findings):
    assert "dc:date" not in render(findings)


def test_nothing_is_loaded_from_anywhere(findings):
    html = render(findings)
    for tag, attributes in Page(html).tags:
        assert tag not in {"script", "link", "img", "iframe", "object", "embed", "video", "base"}
        assert "src" not in attributes
        for name in ("href", "xlink:href"):
            target = attributes.get(name) or ""
            assert re.match(r"#|\.\./data-docs/|tables/\w+\.csv$|$", target), (tag, target)
    assert "@import" not in html
    assert set(re.findall(r"url\((.)", html)) <= {"#"}


def test_tags_are_closed_and_ids_unique_and_links_inside_the_page_lead_somewhere(findings):
    both = replace(findings, targets=dict.fromkeys(("tweets", "wires"), findings.targets["tweets"]))
    page = Page(render(both))
    assert page.open == []
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        for name in ("href", "xlink:href"):
            target = attributes.get(name) or ""
            if target.startswith("#"):
                assert target[1:] in ids
