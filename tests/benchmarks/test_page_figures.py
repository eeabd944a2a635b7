"""Figures of a page as files of their own."""

from xml.etree import ElementTree

import pytest

from benchmarks.page_figures import figures, standalone
from tickertone.report.charts import COMBINER, drawing, svg

PAGE = """<style>:root { --ink: #111; --combiner: #b5432a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eee; --combiner: #f08a70; }
}
@media print { :root { --ink: #000; } }
</style>"""


def page():
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure()
        figure.subplots().plot([0, 1], [1, 0], color=COMBINER)
        return PAGE + svg(figure, "frontier") + svg(figure, "target-1-labels")


def test_figures_are_found_by_their_names():
    assert [*figures(page())] == ["frontier", "target-1-labels"]


def test_a_figure_alone_is_whole_and_has_the_colours_of_both_schemes():
    alone = standalone(figures(page())["frontier"], page())
    assert ElementTree.fromstring(alone).tag == "{http://www.w3.org/2000/svg}svg"
    assert "svg{--ink:#111;--combiner:#b5432a}" in alone
    assert "dark){svg{--ink:#eee;--combiner:#f08a70}" in alone
    assert "#000" not in alone


def test_a_page_without_colours_is_refused():
    with pytest.raises(SystemExit, match="colours"):
        standalone("<svg></svg>", "<style></style>")
