"""One flipped byte, wherever it is, is found; so is a row that no artifact tells of."""

import fcntl
import random
import shutil

import duckdb
import pytest

from tests.store.damage import byte_in_use, flip, victim
from tickertone.store.artifacts import SEAL, Artifacts
from tickertone.store.in_use import enter
from tickertone.store.verify import step_folders, verify

pytestmark = pytest.mark.slow


def wrongs(bench):
    return [finding.wrong for finding in verify(bench.workspace).findings]


def change(bench, sql):
    with duckdb.connect(str(bench.workspace.database)) as connection:
        connection.execute(sql)


def test_a_store_as_it_was_written_has_no_finding_and_every_file_is_read(copy):
    verdict = verify(copy.workspace)
    assert verdict.findings == ()
    read = [p for p in copy.workspace.artifacts.rglob("*") if p.is_file()]
    named = [p for p in read if not p.name.startswith((".", "manifest."))]
    assert verdict.files == len(named)
    assert verdict.bytes == sum(path.stat().st_size for path in named)
    assert verdict.manifests == len(step_folders(copy.workspace.artifacts))
    assert verdict.rows == sum(
        copy.ask(f"SELECT count(*) FROM {table}")[0][0]
        for (table,) in copy.ask("SELECT table_name FROM duckdb_tables()")
        if table.endswith("_row") and table != "published_row"
    )


def test_bytes_all_over_a_manifest_count(copy):
    path = victim(copy.workspace, "manifest")
    whole = path.read_bytes()
    artifacts, folder = Artifacts(copy.workspace), path.parent
    assert artifacts.read("extract", folder.name) is not None
    for place in range(0, len(whole), 13):
        flip(path, place)
        assert artifacts.read("extract", folder.name) is None, place
        path.write_bytes(whole)


@pytest.mark.parametrize("table", ["example_row", "logit_row", "prediction_row", "step_row"])
def test_a_flipped_byte_of_the_database_is_found(copy, table):
    flip(copy.workspace.database, byte_in_use(copy.workspace, table))
    (finding,) = verify(copy.workspace).findings
    assert finding.kind == "database"


def test_a_flipped_byte_anywhere_in_the_database_is_found_or_does_no_harm(copy):
    chance = random.Random(7)
    whole = copy.workspace.database.read_bytes()
    tables = [t for (t,) in copy.ask("SELECT table_name FROM duckdb_tables() ORDER BY 1")]
    content = [sorted(map(repr, copy.ask(f"SELECT * FROM {table}"))) for table in tables]
    found = 0
    for _ in range(20):
        flip(copy.workspace.database, chance.randrange(len(whole)))
        if verify(copy.workspace).findings:
            found += 1
        else:
            now = [sorted(map(repr, copy.ask(f"SELECT * FROM {table}"))) for table in tables]
            assert now == content
        copy.workspace.database.write_bytes(whole)
    assert found


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE example_row SET label = label || '?' WHERE rowid = 0", "example_row of validate"),
        (
            "UPDATE logit_row SET logits = list_reverse(logits) WHERE rowid = 3",
            "1 rows that its shards do not",
        ),
        ("DELETE FROM logit_row WHERE rowid = 3", "no row for 1 texts"),
        ("INSERT INTO logit_row FROM logit_row LIMIT 1", "1 rows that its shards do not hold"),
        ("DELETE FROM prediction_row WHERE rowid = 3", "rows, not"),
        ("UPDATE leaderboard_row SET accuracy = accuracy + 1e-9", "other values in its"),
        ("UPDATE step_row SET seconds = seconds + 1 WHERE rowid = 0", "step_row of run"),
        ("UPDATE model_row SET parameters = 1 WHERE rowid = 0", "model_row of finetune"),
        ("DELETE FROM loaded WHERE rowid = 0", "lacks the rows of"),
        ("UPDATE loaded SET content = '' WHERE rowid = 0", "an earlier time"),
        ("UPDATE current SET fingerprint = 'gone' WHERE stage = 'report'", "has gone as its"),
        ("UPDATE schema_version SET version = 'older'", "another version"),
        ("DROP TABLE confusion_row CASCADE", "cannot be read"),
    ],
)
def test_a_row_that_differs_from_its_artifact_is_found(copy, sql, told):
    change(copy, sql)
    findings = verify(copy.workspace).findings
    assert any(told in finding.wrong for finding in findings), findings
    assert {finding.kind for finding in findings} == {"database"}


def test_rows_of_a_step_of_which_nothing_is_left_are_found(copy):
    gone = next((copy.workspace.artifacts / "report").iterdir())
    shutil.rmtree(gone)
    assert wrongs(copy) == [f"it has rows of step {gone.name}, which has no artifact"]


def test_a_manifest_in_another_steps_folder_is_found(copy):
    folder = next((copy.workspace.artifacts / "finetune").iterdir())
    folder.rename(folder.with_name("0" * 64))
    assert any("not of this folder" in wrong for wrong in wrongs(copy))


def test_a_manifest_that_speaks_for_other_parts_is_found(copy):
    path = victim(copy.workspace, "manifest")
    (path.parent / SEAL).unlink()
    path.write_text(path.read_text().replace('"sealed": true', '"sealed": false'))
    assert wrongs(copy) == []  # as one from before there were seals
    path.write_text(path.read_text().replace('"stage": "extract"', '"stage": "extract", "x": 1'))
    assert wrongs(copy)
    text = path.read_text().replace(', "x": 1', "").replace('"family": "linear"', '"family": "l"')
    path.write_text(text)
    assert any("not that of its parts" in wrong for wrong in wrongs(copy))


def test_a_file_that_is_gone_or_cut_short_is_told_with_the_step_it_is_of(copy):
    page, weights = (victim(copy.workspace, kind) for kind in ("report page", "weights"))
    page.unlink()
    weights.write_text("[]")
    told = "\n".join(wrongs(copy))
    assert "it is missing (report small)" in told
    assert "it has 2 bytes, not" in told


def test_a_step_that_is_being_done_just_now_is_left_out(copy):
    page = victim(copy.workspace, "report page")
    page.unlink()
    with (copy.workspace.locks / f"{page.parent.name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert wrongs(copy) == []
    assert len(wrongs(copy)) == 1


def test_a_database_that_lags_behind_a_run_under_way_is_no_finding(copy):
    change(copy, "DELETE FROM loaded WHERE rowid = 0")
    with enter(copy.workspace):
        assert not any("lacks" in wrong for wrong in wrongs(copy))
    assert any("lacks" in wrong for wrong in wrongs(copy))


def test_verifying_changes_nothing(copy):
    def kept():
        var = copy.workspace.var
        paths = (p for p in var.rglob("*") if p.is_file() and "locks" not in p.parts)
        return {p.relative_to(var): p.read_bytes() for p in paths}

    before = kept()
    verify(copy.workspace)
    assert kept() == before
