"""Heat maps: a shade and a figure a cell, blanks where there is none."""

import re

import pytest

from tickertone.report.heat_maps import HeatMap, heat_map
from tickertone.report.numbers import share

SHOWN = HeatMap(
    rows=[("one", "a"), ("one", "b"), ("two", "c")],
    columns=["x", "y"],
    values={("a", "x"): 0.5, ("b", "x"): 0.7, ("c", "x"): 0.9, ("c", "y"): 0.1},
)


def texts(svg):
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_a_shade_is_the_place_within_the_column_or_within_all():
    assert SHOWN.shade("b", "x", "column") == pytest.approx(0.5)
    assert SHOWN.shade("b", "x", "all") == pytest.approx(0.75)
    assert SHOWN.shade("c", "y", "column") == 0.5  # alone in its column


def test_every_figure_is_written_and_a_cell_without_one_is_blank():
    svg = heat_map(SHOWN, "m", share)
    assert sorted(t for t in texts(svg) if t.startswith("0.")) == [
        "0.100",
        "0.500",
        "0.700",
        "0.900",
    ]
    assert [t for t in texts(svg) if t in {"a", "b", "c"}] == ["a", "b", "c"]


def test_the_map_follows_the_scheme_of_the_page_and_is_the_same_each_time():
    svg = heat_map(SHOWN, "m", share)
    assert "var(--model)" in svg
    assert "#0102" not in svg
    assert svg == heat_map(SHOWN, "m", share)
