"""Pages are put where people look, once, and put back if they are lost or are another's."""

import pytest

from tickertone.dag.publish import publish
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
