from tests.fresh_interpreter import printed_by
from tickertone.store.indexer import index_runs
from tickertone.store.journal import Entry, Journal, read_journal
from tickertone.store.query import query
from tickertone.workspace import Workspace


def journal(workspace):
    journal = Journal(workspace)
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
    index_runs(workspace)
    index_runs(workspace)
    rows = query(workspace, "SELECT step, outcome FROM steps WHERE run = ?", [written.run]).rows
    assert rows == (("ingest a", "computed"), ("ingest b", "cached"), ("ingest c", "failed"))


def test_a_message_with_odd_line_ends_and_a_torn_letter_are_read(tmp_path):
    workspace = Workspace(tmp_path)
    written = Journal(workspace)
    odd = Entry(run=written.run, experiment="demo", stage="ingest", subject="a", outcome="failed",
                message="one\u2028two\x85three é")  # fmt: skip
    written.add(odd)
    written.add(odd)
    written.path.write_bytes(written.path.read_bytes()[:-60] + "é".encode()[:1])
    (entry,) = read_journal(written.path)
    assert entry.message == odd.message


def test_a_journal_that_grew_after_it_was_loaded_is_loaded_again(tmp_path):
    workspace = Workspace(tmp_path)
    killed = journal(workspace)
    journal(workspace)
    index_runs(workspace)
    killed.add(killed.entries[0].model_copy(update={"subject": "late"}))
    index_runs(workspace)
    rows = query(workspace, "SELECT count(*) FROM steps WHERE run = ?", [killed.run]).rows
    assert rows == ((4,),)


def test_a_line_with_a_changed_letter_is_not_believed(tmp_path):
    path = journal(Workspace(tmp_path)).path
    path.write_bytes(path.read_bytes().replace(b'"subject":"b"', b'"subject":"d"'))
    assert [entry.subject for entry in read_journal(path)] == ["a", "c"]


def test_a_line_from_before_there_were_checksums_is_read(tmp_path):
    written = journal(Workspace(tmp_path))
    entries = [entry.model_dump_json() for entry in written.entries]
    written.path.write_text("\n".join(entries))
    assert [entry.subject for entry in read_journal(written.path)] == ["a", "b", "c"]


def test_loading_a_journal_does_not_import_pandas_which_takes_longer_than_all_the_rest(tmp_path):
    journal(Workspace(tmp_path))
    program = f"""
import sys
from pathlib import Path
from tickertone.store.indexer import index_runs
from tickertone.workspace import Workspace
index_runs(Workspace(Path({str(tmp_path)!r})))
print("pandas" in sys.modules)
"""
    assert printed_by(program).strip() == "False"
    rows = query(Workspace(tmp_path), "SELECT count(*) FROM steps").rows
    assert rows == ((3,),)
