import duckdb
import pytest

from tickertone.errors import StoreError
from tickertone.store.query import query
from tickertone.store.warehouse import writing
from tickertone.workspace import Workspace

PROMISED = {
    "datasets": "dataset, split, rows_read, rows_accepted, rows_quarantined, content_hash, source, "
    "revision, licence",
    "examples": "dataset, split, example_id, text_id, text, text_b, label, clean",
    "quarantine": "dataset, split, line, reason, text",
    "models": "model, fingerprint, family, base, tuning, trained_on, parameters, "
    "trainable_parameters, train_seconds, peak_memory_mb, samples_per_second",
    "logits": "model, model_fingerprint, text_id, logits",
    "predictions": "dataset, split, example_id, system, label, predicted, probabilities",
    "leaderboard": "experiment, target, split, system, kind, n, accuracy, accuracy_low, "
    "accuracy_high, macro_f1, weighted_f1, mcc, log_loss, brier, ece, p_vs_best, fingerprint",
    "evaluations": "experiment, target, split, system, metric, label, value, low, high",
    "prediction_sets": "experiment, target, combiner, k, draws, asked, guarantee, coverage_mean, "
    "coverage_min, coverage_max, size_mean, empty_mean, all_labels, fingerprint",
    "selective": "experiment, target, combiner, k, share, accuracy_mean, accuracy_min, "
    "accuracy_max, fingerprint",
    "frontier": "experiment, target, combiner, k, draws, members, milliseconds_per_text, "
    "accuracy_mean, behind, standard_error, within_noise, best, smallest, fingerprint",
    "published": "target, system, accuracy, macro_f1, weighted_f1, source",
    "steps": "step, stage, fingerprint, parts, outcome, seconds, run",
}


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    with writing(workspace) as connection:
        connection.execute("INSERT INTO loaded VALUES ('kept', '')")
    return workspace


@pytest.mark.parametrize("view", PROMISED)
def test_a_view_has_the_columns_that_people_rely_on(workspace, view):
    assert query(workspace, f"SELECT {PROMISED[view]} FROM {view}").rows == ()


def test_a_transaction_that_fails_leaves_nothing(workspace):
    def fail():
        with writing(workspace) as connection:
            connection.execute("INSERT INTO loaded VALUES ('lost', '')")
            raise ValueError("a power cut")

    with pytest.raises(ValueError, match="power cut"):
        fail()
    assert query(workspace, "SELECT fingerprint FROM loaded").rows == (("kept",),)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO loaded VALUES ('x', '')",
        "DELETE FROM loaded",
        "DROP VIEW steps",
        "COPY loaded TO '{folder}/out.csv'",
        "SELECT * FROM read_csv('{folder}/secret.csv')",
        "SELECT * FROM '{folder}/secret.csv'",
        "SELECT * FROM read_text('{folder}/secret.csv')",
        "ATTACH '{folder}/other.duckdb'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "EXPORT DATABASE '{folder}/out'",
    ],
)
def test_sql_of_people_can_neither_write_nor_read_other_files(workspace, tmp_path, statement):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(StoreError):
        query(workspace, statement.format(folder=tmp_path))
    assert sorted(tmp_path.iterdir()) == before
    assert query(workspace, "SELECT fingerprint FROM loaded").rows == (("kept",),)


def test_parameters_are_bound_not_spliced(workspace):
    mean = "kept' OR '1'='1"
    assert query(workspace, "SELECT * FROM loaded WHERE fingerprint = ?", [mean]).rows == ()


def test_a_wrong_query_names_the_views_there_are(workspace):
    with pytest.raises(StoreError, match="leaderboard"):
        query(workspace, "SELECT * FROM leaderbord")


def test_without_a_database_the_remedy_is_to_run_something(tmp_path):
    with pytest.raises(StoreError, match="tickertone run demo"):
        query(Workspace(tmp_path), "SELECT 1")


def test_a_database_whose_first_writer_was_killed_is_none_yet(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.var.mkdir()
    duckdb.connect(str(workspace.database)).close()
    with pytest.raises(StoreError, match="no database yet"):
        query(workspace, "SELECT * FROM logits")
    with writing(workspace):
        pass
    assert query(workspace, "SELECT * FROM logits").rows == ()


def test_a_file_that_is_no_database_is_told_as_such(workspace):
    workspace.database.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match=r"tickertone\.duckdb"):
        query(workspace, "SELECT 1")


def test_a_damaged_block_is_not_taken_for_a_lock(workspace):
    path = workspace.database
    content = bytearray(path.read_bytes())
    for place in range(3 * 4096, len(content), 1000):
        content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match="checksum") as raised, writing(workspace):
        pass
    assert not raised.value.retryable


def test_a_reader_waits_for_a_writer_in_another_process(workspace):
    import subprocess
    import sys

    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True);"
            "sys.stdin.readline(); c.close()",
            str(workspace.database),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "open\n"
    with pytest.raises(duckdb.IOException):
        duckdb.connect(str(workspace.database), read_only=True)

    import threading

    answers = []
    reader = threading.Thread(
        target=lambda: answers.append(query(workspace, "SELECT count(*) FROM loaded").rows)
    )
    reader.start()
    holder.communicate("\n")
    reader.join()
    assert answers == [((1,),)]


def test_a_database_of_another_schema_is_made_anew(workspace):
    with duckdb.connect(str(workspace.database)) as connection:
        connection.execute("UPDATE schema_version SET version = 'older'")
        connection.execute("CREATE TABLE relic (a INT)")
    with writing(workspace):
        pass
    tables = query(workspace, "SELECT table_name FROM duckdb_tables()").rows
    assert ("relic",) not in tables
    assert query(workspace, "SELECT * FROM loaded").rows == ()


def test_views_of_another_version_are_replaced_and_the_rows_kept(workspace):
    with duckdb.connect(str(workspace.database)) as connection:
        connection.execute("CREATE OR REPLACE MACRO views_version() AS 'older'")
        connection.execute("CREATE OR REPLACE VIEW published AS SELECT 1 AS relic")
    with writing(workspace):
        pass
    columns = [name for name, *_ in query(workspace, "DESCRIBE published").rows]
    assert columns == PROMISED["published"].split(", ")
    assert query(workspace, "SELECT fingerprint FROM loaded").rows == (("kept",),)


def test_a_corrupt_block_is_damage_and_not_a_program_to_wait_for(workspace):
    data = bytearray(workspace.database.read_bytes())
    data[12288:] = b"\x55" * len(data[12288:])
    workspace.database.write_bytes(data)
    with pytest.raises(StoreError) as caught:
        query(workspace, "SELECT * FROM loaded")
    assert not caught.value.retryable
    assert "delete" in caught.value.remedy or "read" in caught.value.remedy
