from tickertone.store.indexer import index_runs
from tickertone.store.journal import Entry, Journal, read_journal
from tickertone.store.query import query
from tickertone.workspace import Workspace


def journal(workspace):
    journal = Journal(workspace, "demo")
    for subject, outcome in (("a", "computed"), ("b", "cached"), ("c", "failed")):
        journal.add(
            Entry(
                run=journal.run,
                experiment="demo",
                stage="ingest",
                subject=subject,
                outcome=outcome,
            )
        )
    return journal


def test_a_torn_last_line_costs_that_line_alone(tmp_path):
    path = journal(Workspace(tmp_path)).path
    path.write_bytes(path.read_bytes()[:-20])
    assert [entry.outcome for entry in read_journal(path)] == ["computed", "cached"]


def test_loading_a_journal_twice_changes_nothing(tmp_path):
    workspace = Workspace(tmp_path)
    written = journal(workspace)
    index_runs(workspace, written.path)
    index_runs(workspace, written.path)
    rows = query(workspace, "SELECT step, outcome FROM steps WHERE run = ?", [written.run]).rows
    assert rows == (("ingest a", "computed"), ("ingest b", "cached"), ("ingest c", "failed"))
