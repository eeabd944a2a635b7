"""A database made from journals and artifacts holds what the one before it held."""

import pytest
import yaml

from tickertone.catalog.load import load_catalog
from tickertone.dag.catalog_rows import catalog_rows
from tickertone.errors import StoreError
from tickertone.store.artifacts import MANIFEST, write_manifest
from tickertone.store.manifest import Manifest
from tickertone.store.query import query
from tickertone.store.rebuild import rebuild
from tickertone.store.verify import verify

pytestmark = pytest.mark.slow

LABELS = ("negative", "neutral", "positive")


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


def with_a_second_experiment(bench):
    other = yaml.safe_load((bench.data / "experiments" / "small.yaml").read_text())
    bench.write("experiments/other.yaml", {**other, "title": "Other", "models": ["words"]})
    bench.run("other")


def relabelled(bench):
    rows = bench.rows("headlines_test.csv")
    place = next(i for i, cell in enumerate(rows[1]) if cell in LABELS)
    rows[1][place] = next(label for label in LABELS if label != rows[1][place])
    bench.write_rows("headlines_test.csv", rows)
    bench.run()


def rescored(bench):
    bench.run(refresh=["extract"])


def learnt_otherwise_and_back(bench):
    learn_otherwise(bench)
    bench.run()
    bench.edit(
        "models.yaml", lambda m: m["models"]["letters"]["features"].update(char_ngrams=[2, 3])
    )
    bench.run()


HISTORIES = {
    "two experiments": [with_a_second_experiment],
    "a rescored model": [rescored],
    "a relabelled test set": [relabelled],
    "a model that was changed and changed back": [learnt_otherwise_and_back],
    "all of these": [with_a_second_experiment, relabelled, learnt_otherwise_and_back, rescored],
}


@pytest.mark.parametrize("history", HISTORIES)
def test_whatever_happened_every_table_is_as_it_was(copy, history):
    for happens in HISTORIES[history]:
        happens(copy)
    before = everything(copy)
    assert verify(copy.workspace).findings == ()
    again(copy)
    assert everything(copy) == before
    assert verify(copy.workspace).findings == ()


def test_a_manifest_of_an_older_version_that_cannot_be_loaded_is_left_out(copy):
    """Its files and its seal are whole, but what the loader looks for is not in it."""
    before = everything(copy)
    folder = next((copy.workspace.artifacts / "validate").iterdir())
    manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    facts = {name: fact for name, fact in manifest.facts.items() if name != "splits"}
    write_manifest(folder, manifest.model_copy(update={"facts": facts}))
    again(copy)
    after = everything(copy)
    mine = manifest.fingerprint
    for name, rows in before.items():
        kept = [row for row in rows if mine not in row or name in {"steps", "step_row"}]
        assert after[name] == kept, name


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
