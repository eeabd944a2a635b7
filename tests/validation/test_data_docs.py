import html
import re

import pandas as pd
import pytest

from tickertone.validation.checks import Check
from tickertone.validation.data_docs import write_data_docs
from tickertone.validation.suites import Suite, quiet_context, run_suite

OURS = Check(check="ours", severity="warning", success=False, detail="found <b>bold</b> words")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    import great_expectations.expectations as gxe

    context = quiet_context()
    meta = {"check": "small", "expected": "at most 1"}
    expectation = gxe.ExpectColumnValuesToBeBetween(column="n", max_value=1, meta=meta)
    suite = Suite("demo_rows", "rows", pd.DataFrame({"n": [1, 2]}), [expectation])
    folder = tmp_path_factory.mktemp("docs") / "demo"
    folder.mkdir()
    (folder / "old.html").write_text("of an earlier run")
    write_data_docs(context, folder, "demo", [*run_suite(context, suite), OURS])
    return folder


def test_the_index_shows_every_check_without_scripts_and_escaped(folder):
    page = (folder / "index.html").read_text()
    without_scripts = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert "Data quality of demo" in without_scripts
    assert "found 1 of 2 rows otherwise: 2; expected at most 1" in without_scripts
    assert html.escape(OURS.detail) in without_scripts
    assert "<b>bold</b>" not in page


def test_the_index_links_to_the_suite_and_to_what_came_of_it(folder):
    links = re.findall(r'<li><a href="([^"#]+\.html)">', (folder / "index.html").read_text())
    assert {link.split("/")[0] for link in links} == {"expectations", "validations"}
    for link in links:
        assert "demo_rows" in (folder / link).read_text()


def test_pages_of_an_earlier_run_and_drafts_are_gone(folder):
    assert not (folder / "old.html").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["demo"]
