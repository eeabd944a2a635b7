"""Pages are put where people look, once, and put back if they are lost or are another's."""

import pytest

from tickertone.dag.publish import publish, tables_differ
from tickertone.identity.fingerprint import Parts
from tickertone.stages.work import Made, Product
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Step
from tickertone.workspace import Workspace


def report(workspace, text):
    def body(work):
        page = work.out / "report.html"
        page.write_text(text)
        return Product(outputs={"page": Made((page,))})

    parts = Parts(stage="report", settings={"text": text}, inputs={}, code={}, libraries={})
    step = Step(subject="trial", parts=parts, inputs={})
    return Artifacts(workspace).adopt_or_make(step, body, lambda _line: None)[0]


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


def test_the_page_of_the_newest_run_is_shown(workspace):
    shown = workspace.reports / "trial" / "index.html"
    for text in ("first", "second", "first"):
        publish(workspace, "trial", report(workspace, text))
        assert shown.read_text() == text
    assert [path.name for path in shown.parent.iterdir()] == ["index.html"]


def test_a_lost_page_is_put_back_and_a_whole_one_left_alone(workspace):
    manifest = report(workspace, "text")
    shown = workspace.reports / "trial" / "index.html"
    publish(workspace, "trial", manifest)
    written = shown.stat().st_mtime_ns
    publish(workspace, "trial", manifest)
    assert shown.stat().st_mtime_ns == written
    shown.unlink()
    publish(workspace, "trial", manifest)
    assert shown.read_text() == "text"


def with_tables(workspace, **tables):
    def body(work):
        page = work.out / "report.html"
        page.write_text("page")
        folder = work.out / "tables"
        folder.mkdir()
        for name, text in tables.items():
            (folder / f"{name}.csv").write_text(text)
        made = tuple(folder / f"{name}.csv" for name in tables)
        return Product(outputs={"page": Made((page,)), "tables": Made(made)})

    parts = Parts(stage="report", settings={**tables}, inputs={}, code={}, libraries={})
    step = Step(subject="trial", parts=parts, inputs={})
    return Artifacts(workspace).adopt_or_make(step, body, lambda _line: None)[0]


def shown_tables(workspace):
    folder = workspace.reports / "trial" / "tables"
    return {path.name: path.read_text() for path in folder.iterdir()} if folder.is_dir() else {}


def test_tables_stand_beside_the_page_and_those_of_an_earlier_page_go(workspace):
    publish(workspace, "trial", with_tables(workspace, curves="a\n1\n", goal="b\n"))
    assert shown_tables(workspace) == {"curves.csv": "a\n1\n", "goal.csv": "b\n"}
    publish(workspace, "trial", with_tables(workspace, curves="a\n2\n"))
    assert shown_tables(workspace) == {"curves.csv": "a\n2\n"}
    publish(workspace, "trial", report(workspace, "made before pages had tables"))
    assert shown_tables(workspace) == {}


def test_a_table_that_was_changed_lost_or_added_differs(workspace):
    manifest = with_tables(workspace, curves="a\n1\n", goal="b\n")
    publish(workspace, "trial", manifest)
    assert tables_differ(workspace, "trial", manifest) == ""
    folder = workspace.reports / "trial" / "tables"
    (folder / "mine.txt").write_text("a note to myself")
    assert tables_differ(workspace, "trial", manifest) == "mine.txt"
    (folder / "goal.csv").unlink()
    assert tables_differ(workspace, "trial", manifest) == "goal.csv"
    (folder / "curves.csv").write_text("a\n2\n")
    assert tables_differ(workspace, "trial", manifest) == "curves.csv"
