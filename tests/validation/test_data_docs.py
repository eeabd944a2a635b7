import html
import os
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from tickertone.validation.checks import Check
from tickertone.validation.data_docs import pack_data_docs, publish_data_docs, write_data_docs
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


def test_the_same_pages_pack_to_the_same_bytes_whenever_they_were_written(folder, tmp_path):
    one = pack_data_docs(folder, tmp_path / "one.zip").read_bytes()
    for path in folder.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert pack_data_docs(folder, tmp_path / "other.zip").read_bytes() == one


def files_in(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_packed_pages_are_published_as_they_were_in_place_of_others(folder, tmp_path):
    packed = pack_data_docs(folder, tmp_path / "data_docs.zip")
    published = tmp_path / "reports" / "demo"
    published.mkdir(parents=True)
    (published / "of_a_failure.html").write_text("old")
    publish_data_docs(packed, published, "f1")
    found = files_in(published)
    assert found.pop(Path(".fingerprint")) == b"f1"
    assert found == files_in(folder)
    assert [path.name for path in published.parent.iterdir()] == ["demo"]


def test_pages_are_published_once_a_fingerprint(folder, tmp_path):
    packed = pack_data_docs(folder, tmp_path / "data_docs.zip")
    published = tmp_path / "demo"
    publish_data_docs(packed, published, "f1")
    (published / "index.html").write_text("touched")
    publish_data_docs(packed, published, "f1")
    assert (published / "index.html").read_text() == "touched"
    publish_data_docs(packed, published, "f2")
    assert files_in(published)[Path("index.html")] == (folder / "index.html").read_bytes()


def test_pages_that_cannot_be_unpacked_leave_the_published_ones(folder, tmp_path):
    published, torn = tmp_path / "demo", tmp_path / "torn.zip"
    publish_data_docs(pack_data_docs(folder, tmp_path / "data_docs.zip"), published, "f1")
    torn.write_bytes(b"PK")
    with pytest.raises(zipfile.BadZipFile):
        publish_data_docs(torn, published, "f2")
    assert (published / ".fingerprint").read_text() == "f1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data_docs.zip", "demo", "torn.zip"]
