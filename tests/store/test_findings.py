"""The words of a verification."""

import pytest

from tickertone.dag.verify import verify
from tickertone.store.findings import Verdict
from tickertone.store.leftovers import leftover_notes
from tickertone.workspace import Workspace


def test_where_there_is_no_store_that_is_said(tmp_path):
    verdict = verify(Workspace(tmp_path))
    assert verdict.findings == ()
    assert str(verdict).startswith("there is no store yet")


def test_one_of_a_kind_is_counted_as_one():
    one = Verdict(findings=(), manifests=1, files=2, bytes=10**6, rows=1)
    assert str(one) == (
        "1 finished step, 2 files, 1.0 MB and 1 row of the database checked: "
        "all as they were written"
    )


@pytest.mark.parametrize(("count", "words"), [(1, "1 thing set"), (2, "2 things set")])
def test_so_is_what_was_set_aside(tmp_path, count, words):
    workspace = Workspace(tmp_path)
    for name in range(count):
        (workspace.var / "damaged" / str(name)).mkdir(parents=True)
    (note,) = leftover_notes(workspace)
    assert note.startswith(words)
