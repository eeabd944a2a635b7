"""What experiments reach is kept; the rest goes, and nothing has to be computed again for it."""

import shutil

import pytest

from tests.store.damage import add_embeddings
from tickertone.catalog.load import load_catalog
from tickertone.dag.reach import reach
from tickertone.errors import StoreBusy
from tickertone.store.in_use import enter
from tickertone.store.prune import prunable, prune
from tickertone.store.verify import verify

pytestmark = pytest.mark.slow


def look(bench):
    return reach(bench.workspace, load_catalog(bench.data))


def found(bench):
    return prunable(bench.workspace, look(bench))


def pruned(bench):
    return prune(bench.workspace, lambda: look(bench))


def kinds(items):
    return {item.kind for item in items}


def test_all_of_a_store_that_is_up_to_date_is_of_use(copy):
    assert found(copy) == []


def test_a_model_that_was_changed_leaves_its_old_self_behind(copy):
    copy.edit("models.yaml", lambda m: m["models"]["letters"].update(seed=5))
    copy.run()
    items = found(copy)
    assert kinds(items) == {"artifact", "shards"}
    stages = {item.path.split("/")[1] for item in items if item.kind == "artifact"}
    assert "finetune" in stages
    assert not stages & {"ingest", "validate"}
    before = sorted(map(repr, copy.ask("SELECT * FROM leaderboard")))
    sizes = sum(p.stat().st_size for p in copy.workspace.artifacts.rglob("*") if p.is_file())

    freed = sum(item.bytes for item in pruned(copy))

    left = sum(p.stat().st_size for p in copy.workspace.artifacts.rglob("*") if p.is_file())
    assert sizes - left == freed
    assert found(copy) == []
    assert copy.computed() == set()
    assert sorted(map(repr, copy.ask("SELECT * FROM leaderboard"))) == before
    assert verify(copy.workspace).findings == ()


def test_going_back_to_what_was_kept_costs_nothing(copy):
    """The catalog asks for the old model again before the new one's run is followed by a prune."""
    copy.edit("models.yaml", lambda m: m["models"]["letters"].update(seed=5))
    copy.run()
    copy.edit("models.yaml", lambda m: m["models"]["letters"].pop("seed"))
    pruned(copy)
    assert not any(step.startswith(("finetune", "extract")) for step in copy.computed())


def test_an_experiment_that_is_gone_is_reached_no_more(copy):
    (copy.data / "experiments" / "small.yaml").unlink()
    items = found(copy)
    of_steps = [item for item in items if item.kind == "artifact"]
    assert len(of_steps) == len(copy.ask("SELECT * FROM loaded"))


def test_looking_removes_nothing(copy):
    (copy.data / "experiments" / "small.yaml").unlink()
    before = sorted(copy.workspace.var.rglob("*"))
    found(copy)
    assert sorted(copy.workspace.var.rglob("*")) == before


def test_a_step_that_no_journal_knows_keeps_what_was_made_for_it(copy):
    shutil.rmtree(copy.workspace.runs)
    assert found(copy) == []


def test_what_killed_processes_left_is_removed(copy):
    var = copy.workspace.var
    left = {
        "draft": [
            var / "artifacts" / "finetune" / ".abc.12.part" / "model.bin",
            var / "runs" / ".x.jsonl.12.part",
            var / ".rebuilt.duckdb.part",
        ],
        "scratch": [var / "scratch" / ("0" * 64) / "checkpoint"],
        "damaged": [var / "damaged" / "artifacts" / "report" / "page"],
        "Prefect's record": [var / "prefect" / "results" / f"ingest-{'0' * 24}"],
    }
    for path in (path for paths in left.values() for path in paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("left")
    for path in (var / "prefect" / "results").iterdir():
        path.with_name("a-result-of-something-else").write_text("kept")
    items = pruned(copy)
    assert kinds(items) == set(left)
    assert sum(item.bytes for item in items) == 4 * 6
    assert (var / "prefect" / "results" / "a-result-of-something-else").is_file()
    assert found(copy) == []


def test_a_training_in_progress_keeps_its_checkpoints(copy):
    """Its fingerprint is in no journal yet: it is what the step would be if it ran now."""
    copy.edit("models.yaml", lambda m: m["models"]["letters"].update(seed=5))
    from tickertone.dag.run import Run

    run = Run.open(copy.workspace, "small")
    for stage in ("ingest", "validate"):
        from tickertone.dag.execute import execute

        for step in run.steps(stage):
            run.done(step, execute(step, copy.workspace, lambda _: None)[0], False, 0.0)
    (wanted,) = [s.fingerprint for s in run.steps("finetune") if s.subject == "letters"]
    run.close()
    scratch = copy.workspace.scratch / wanted
    scratch.mkdir(parents=True)
    assert found(copy) == []


def test_embeddings_that_no_recipe_asks_for_are_removed(copy):
    shard = add_embeddings(copy.workspace)
    (item,) = pruned(copy)
    assert item.kind == "shards"
    assert not shard.parent.exists()


def test_nothing_is_pruned_while_a_run_is_under_way(copy):
    (copy.data / "experiments" / "small.yaml").unlink()
    with enter(copy.workspace), pytest.raises(StoreBusy, match="under way"):
        pruned(copy)
    assert len(found(copy)) > 10
