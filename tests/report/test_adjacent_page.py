"""The page of an experiment with adjacent targets and label budgets."""

import re
from dataclasses import replace

import pytest

from tests.report.adjacent import adjacent_findings
from tests.report.test_render import Page, words
from tickertone.report.render import render
from tickertone.report.tables import tables_of

SECTIONS = {"budgets", "sources", "transfer", "frontier", "certainty"}


def of_two():
    """The same with two of the targets, for less to draw."""
    findings = adjacent_findings()
    two = ("cornell", "tfsn")
    specs = {name: findings.target_specs[name] for name in two}
    return replace(findings, target_specs=specs, targets={n: findings.targets[n] for n in two})


@pytest.fixture(scope="module")
def html():
    return render(adjacent_findings())


def test_tags_are_closed_ids_unique_and_links_lead_somewhere(html):
    page = Page(html)
    assert page.open == []
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {*ids} >= SECTIONS
    tables = {f"tables/{name}.csv" for name in tables_of(adjacent_findings())}
    links = {attributes.get("href") or "" for tag, attributes in page.tags if tag == "a"}
    assert {link for link in links if not link.startswith("#")} == tables
    assert {link[1:] for link in links if link.startswith("#")} <= {*ids}


def test_no_stand_in_for_a_colour_is_left(html):
    assert "#0102" not in html


def test_where_the_compared_combiner_falls_short_the_page_says_by_how_much(html):
    text = words(html)
    assert "with 8 labels per class, stacking being 0.8 points ahead (short by 0.3)" in text
    assert "on average over all numbers of labels, stacking being 0.4 points ahead" in text
    assert "All of it is met here" not in text


def test_where_nothing_falls_short_the_page_says_that_too():
    findings = of_two()
    others = [row for row in findings.budget_contrasts if row["than"] == "majority_vote"]
    better = [{**row, "difference": row["difference"] + 0.01} for row in others]
    assert "All of it is met here." in words(render(replace(findings, budget_contrasts=better)))


def test_labels_to_match_are_said_in_words(html):
    assert re.search(r"tfsn\s*FT\s*more than 128\s*least_squares_sgd", words(html))


def test_no_accuracy_is_a_share_in_tables_or_on_axes(html):
    """Coefficients, F1 and the like are; so only cells and labels that are accuracies are read."""
    for section, caption in (("budgets", "Combiner"), ("frontier", "Target")):
        start = html.index(f'<section id="{section}">')
        table = html[html.index(caption, start) : html.index("</table>", start)]
        assert re.search(r'<td class="n">(<strong>)?\d\d\.\d', table)
        assert not re.search(r'<td class="n">(<strong>)?0\.\d\d\d', table)
    charts = [svg for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL) if "accuracy, %" in svg]
    assert len(charts) >= 5
    for svg in charts:
        labels = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
        assert [label for label in labels if re.fullmatch(r"\d\d(\.\d+)?", label)]
        assert not [label for label in labels if re.fullmatch(r"0\.\d+", label)]
    heat_map = html[html.index("Heat map of accuracy") :]
    assert re.search(r">\d\d\.\d<", heat_map[: heat_map.index("</svg>")])


def test_formulas_are_printed(html):
    assert "RI = so and so" in html


def test_the_lede_speaks_of_combiners_only_where_there_are_some(findings):
    told = "Combiners choose their weights"
    with_some = of_two()
    assert told in render(with_some)
    alone = replace(findings, targets={})
    assert told not in render(alone)
    assert "3 models, scored on 2 targets. Test labels serve the scores" in words(render(alone))


@pytest.mark.parametrize("left_out", sorted(SECTIONS))
def test_a_page_without_some_findings_lacks_their_section_and_no_other(left_out):
    findings = of_two()
    empty = {
        "transfer": {"transfer": (), "agreement": ()},
        "frontier": {"frontier": ()},
        "certainty": {"prediction_sets": (), "selective": ()},
        "sources": {"leaderboard": ()},
        "budgets": {},
    }[left_out]
    some = {name: replace(found, **empty) for name, found in findings.targets.items()}
    findings = replace(findings, targets=some)
    if left_out == "budgets":
        findings = replace(findings, budget_curves=(), budget_contrasts=())
    if left_out == "sources":
        findings = replace(findings, improvement=())
    page = Page(render(findings))
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert ids & SECTIONS == SECTIONS - {left_out}
    links = {attributes.get("href") for tag, attributes in page.tags if tag == "a"}
    assert f"#{left_out}" not in links


def test_names_never_become_markup():
    attack = '<img src=x onerror="alert(1)">'
    findings = of_two()
    renamed = {f"{target}{attack}": found for target, found in findings.targets.items()}
    specs = {f"{target}{attack}": spec for target, spec in findings.target_specs.items()}
    curves = [{**row, "target": f"{row['target']}{attack}"} for row in findings.budget_curves]
    page = Page(
        render(replace(findings, targets=renamed, target_specs=specs, budget_curves=curves))
    )
    assert not [tag for tag, _ in page.tags if tag == "img"]
    assert page.open == []
