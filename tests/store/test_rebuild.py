"""A database made from journals and artifacts holds what the one before it held."""

import pytest

from tickertone.catalog.load import load_catalog
from tickertone.dag.catalog_rows import catalog_rows
from tickertone.errors import StoreError
from tickertone.store.query import query
from tickertone.store.rebuild import rebuild
from tickertone.store.verify import verify

pytestmark = pytest.mark.slow


def everything(bench):
    views = bench.ask("SELECT view_name FROM duckdb_views() WHERE NOT internal")
    tables = bench.ask("SELECT table_name FROM duckdb_tables()")
    return {
        name: sorted(map(repr, bench.ask(f"SELECT * FROM {name}"))) for (name,) in (*views, *tables)
    }


def again(bench):
    return rebuild(bench.workspace, catalog_rows(load_catalog(bench.data)))


def learn_otherwise(bench):
    def change(models):
        models["models"]["letters"]["features"]["char_ngrams"] = [2, 4]

    bench.edit("models.yaml", change)


def test_every_view_and_every_table_is_as_it_was(copy):
    before = everything(copy)
    assert again(copy) > 0
    assert everything(copy) == before


def test_the_history_of_a_changed_model_and_a_dropped_target_is_as_it_was(copy):
    learn_otherwise(copy)
    copy.run()
    copy.edit("experiments/small.yaml", lambda e: e["targets"].pop("wires"))
    copy.run()
    before = everything(copy)
    again(copy)
    assert everything(copy) == before
    copy.workspace.database.unlink()
    copy.run()
    after = everything(copy)
    same = set(before) - {"steps", "step_row"}  # one run more
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


def test_a_database_that_is_no_database_is_replaced(copy):
    before = everything(copy)
    copy.workspace.database.write_bytes(b"noise" * 1000)
    again(copy)
    assert everything(copy) == before
    assert verify(copy.workspace).findings == ()


def test_a_log_of_the_old_database_is_not_played_into_the_new(copy):
    log = copy.workspace.database.with_name("tickertone.duckdb.wal")
    log.write_bytes(b"of another time")
    again(copy)
    assert not log.exists()
    query(copy.workspace, "SELECT 1")


def test_a_rebuild_that_fails_leaves_the_old_database(copy, monkeypatch):
    before = copy.workspace.database.read_bytes()
    page = next(copy.workspace.artifacts.glob("evaluate/*/leaderboard.parquet"))
    page.write_bytes(bytes(page.stat().st_size))
    with pytest.raises(StoreError, match="tickertone verify"):
        again(copy)
    assert copy.workspace.database.read_bytes() == before
    assert not list(copy.workspace.var.glob(".*"))
