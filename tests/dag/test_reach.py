"""What experiments reach is kept; the rest goes, and nothing has to be computed again for it."""

import os
import random
import shutil
from itertools import chain

import pytest
import yaml

from tests.store.damage import add_embeddings
from tickertone.catalog.load import load_catalog
from tickertone.dag.plan import plan_experiment
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
    copy.edit("models.yaml", lambda m: m["models"]["letters"].update(c=3.0))
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
    copy.edit("models.yaml", lambda m: m["models"]["letters"].update(c=3.0))
    copy.run()
    copy.edit("models.yaml", lambda m: m["models"]["letters"].pop("c"))
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


def test_what_a_killed_first_extraction_left_is_kept(copy):
    """No manifest names it yet: it is what the next run takes up."""
    shards = copy.workspace.artifacts / "shards"
    for path in (copy.workspace.artifacts / "extract").iterdir():
        if '"letters/' in (path / "manifest.json").read_text():
            shutil.rmtree(path)
    for scorer in (shards / "logits").iterdir():
        (shards / "rationales" / scorer.name).mkdir(parents=True)
        (shards / "rationales" / scorer.name / "one.parquet").write_text("written")
    (shards / "rationales" / "of another scorer").mkdir()
    left = [item.path for item in found(copy) if item.kind == "shards"]
    assert left == ["artifacts/shards/rationales/of another scorer"]


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

        for step in chain.from_iterable(run.waves(stage)):
            run.done(step, execute(step, copy.workspace, lambda _: None)[0], False, 0.0)
    (wanted,) = [
        s.fingerprint for wave in run.waves("finetune") for s in wave if s.subject == "letters"
    ]
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


def plans(bench):
    """What a run of each experiment would do, and why; not for how long: that is an estimate."""
    return {
        name: [
            step.model_dump(exclude={"seconds"})
            for step in plan_experiment(bench.workspace, name).steps
        ]
        for name in load_catalog(bench.data).experiments
    }


def relabel(bench, chance):
    rows = bench.rows("headlines_test.csv")
    row = rows[chance.randrange(1, len(rows))]
    place = next(i for i, cell in enumerate(row) if cell in {"negative", "neutral", "positive"})
    row[place] = "neutral" if row[place] != "neutral" else "positive"
    bench.write_rows("headlines_test.csv", rows)


def lose_a_row(bench, chance):
    rows = bench.rows("headlines_test.csv")
    del rows[chance.randrange(1, len(rows))]
    bench.write_rows("headlines_test.csv", rows)


def learn_with_another_seed(bench, chance):
    bench.edit("models.yaml", lambda m: m["models"]["letters"].update(seed=chance.randrange(3)))


def learn_other_letters(bench, chance):
    def change(models):
        models["models"]["letters"]["features"]["char_ngrams"] = [2, chance.choice([3, 4])]

    bench.edit("models.yaml", change)


def drop_or_add_a_combiner(bench, _chance):
    def change(experiment):
        if experiment["combiners"].pop("stacking", None) is None:
            experiment["combiners"]["stacking"] = {"kind": "stacking"}

    bench.edit("experiments/small.yaml", change)


def drop_a_target(bench, _chance):
    bench.edit("experiments/small.yaml", lambda e: e["targets"].pop("wires", None))


def add_an_experiment(bench, _chance):
    other = yaml.safe_load((bench.data / "experiments" / "small.yaml").read_text())
    bench.write("experiments/other.yaml", {**other, "title": "Other", "models": ["words"]})


EDITS = (
    relabel,
    lose_a_row,
    learn_with_another_seed,
    learn_other_letters,
    drop_or_add_a_combiner,
    drop_a_target,
    add_an_experiment,
)


@pytest.mark.parametrize("seed", range(4))
def test_after_a_prune_every_experiment_has_the_plan_that_it_had_before(copy, seed):
    chance = random.Random(seed)
    for _ in range(3):
        for edit in chance.sample(EDITS, 2):
            edit(copy, chance)
        copy.run(chance.choice([*load_catalog(copy.data).experiments]))
    chance.choice(EDITS)(copy, chance)  # and one that no run has seen yet
    before = plans(copy)
    assert pruned(copy)
    assert plans(copy) == before
    assert found(copy) == []
    assert verify(copy.workspace).findings == ()


def test_journals_are_kept(copy):
    (copy.data / "experiments" / "small.yaml").unlink()
    before = sorted(path.name for path in copy.workspace.runs.iterdir())
    pruned(copy)
    assert sorted(path.name for path in copy.workspace.runs.iterdir()) == before


def test_while_a_source_is_out_of_reach_what_it_led_to_is_kept(copy):
    """A mirror that is not mounted just now is no reason to lose a night's training."""
    scratch = copy.workspace.scratch / ("0" * 64)
    scratch.mkdir(parents=True)
    assert kinds(found(copy)) == {"scratch"}
    (copy.data / "demo" / "headlines_train.csv").rename(copy.workspace.root / "elsewhere")
    assert found(copy) == []


def test_a_file_of_two_names_comes_free_only_with_both(copy):
    """Results that were vouched for under a new fingerprint share the files of the old one."""
    model = next(copy.workspace.artifacts.glob("finetune/*/model/*"))
    link = copy.workspace.artifacts / "finetune" / ("0" * 64) / "model" / model.name
    link.parent.mkdir(parents=True)
    os.link(model, link)
    (item,) = found(copy)
    assert item.bytes == 0
    os.link(model, link.with_name("a third name"))
    (copy.data / "experiments" / "small.yaml").unlink()
    folders = {item.path: item.bytes for item in found(copy)}
    of_model = f"artifacts/finetune/{model.parents[1].name}"
    own = sum(p.stat().st_size for p in model.parents[1].rglob("*") if p.is_file() and p != model)
    in_both = folders[of_model] + folders[f"artifacts/finetune/{'0' * 64}"]
    assert in_both == own + model.stat().st_size


def test_what_a_killed_prune_left_of_the_same_thing_is_not_in_the_way(copy):
    copy.edit("models.yaml", lambda m: m["models"]["letters"].update(seed=5))
    copy.run()
    items = [item for item in found(copy) if item.kind in {"artifact", "shards"}]
    for item in items:
        path = copy.workspace.var / item.path
        shutil.copytree(path, path.with_name(f".{path.name}.pruned.part"))
    listed = [item.path for item in found(copy)]
    assert len(listed) == len(set(listed)) == 2 * len(items)
    pruned(copy)
    assert found(copy) == []
