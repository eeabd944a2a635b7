"""A model whose base is another model: its fit comes after that, and reads what came out of it."""

import json

import pytest

from tests.dag.bench import Bench
from tests.dag.lineage import lineage
from tests.recompute.conftest import fit_here
from tickertone.catalog.load import load_catalog
from tickertone.dag.graph import nodes, waves
from tickertone.dag.plan import plan_experiment
from tickertone.dag.reach import reach
from tickertone.dag.scope import Scope
from tickertone.dag.story import story
from tickertone.errors import TrainingError
from tickertone.store.prune import prunable

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _fits_here(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    torch.set_num_threads(1)
    monkeypatch.setattr("tickertone.stages.finetune.fit_in_process", fit_here)


@pytest.fixture
def fresh(tmp_path) -> Bench:
    return lineage(tmp_path / "fresh")


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Bench:
    bench = lineage(tmp_path_factory.mktemp("ran"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tickertone.stages.finetune.fit_in_process", fit_here)
        bench.first = bench.run()
    return bench


@pytest.fixture
def bench(ran, tmp_path) -> Bench:
    return ran.copied_to(tmp_path / "copy")


def scope(bench: Bench) -> Scope:
    return Scope.of(load_catalog(bench.data), "small")


def test_a_base_is_fitted_first_and_scores_nothing(ran):
    summary, entries = ran.first
    assert summary.failures == ()
    order = [entry.step for entry in entries]
    for model in ("asked", "again"):
        assert order.index("finetune ground") < order.index(f"finetune {model}")
    assert not any(step.startswith("extract ground") for step in order)


def test_the_steps_of_a_wave_need_nothing_of_one_another(ran):
    found = [[node.subject for node in wave] for wave in waves(scope(ran), "finetune")]
    assert found == [["words", "ground"], ["asked", "again"]]
    assert len(waves(scope(ran), "extract")) == 1


def test_every_step_stands_after_those_that_it_needs(ran):
    assert [n.subject for n in nodes(scope(ran), "finetune")] == [
        "words", "ground", "asked", "again"
    ]  # fmt: skip


def test_what_stands_on_a_base_that_fails_is_blocked_and_names_it(fresh, monkeypatch):
    def breaks(request, say):
        if request.subject == "ground":
            raise TrainingError("training of ground", found="it died")
        return fit_here(request, say)

    monkeypatch.setattr("tickertone.stages.finetune.fit_in_process", breaks)
    summary, entries = fresh.run()
    outcome = {entry.step: (entry.outcome, entry.message) for entry in entries}
    assert len(summary.failures) == 1
    assert outcome["finetune asked"] == ("blocked", "needs finetune ground")
    assert outcome["finetune again"] == ("blocked", "needs finetune ground")
    assert outcome["finetune words"][0] == "computed"
    assert outcome["evaluate small/headlines"][0] == "computed"


def test_a_chosen_model_is_made_with_what_it_stands_on(fresh):
    computed = fresh.computed(models=["asked"])
    assert {"finetune ground", "finetune asked", "extract asked/demo_headlines"} <= computed
    assert not any("again" in step for step in computed)


def test_a_base_that_is_lost_is_made_again_and_what_stands_on_it_stays(bench):
    (folder,) = [
        manifest.parent
        for manifest in bench.workspace.artifacts.glob("finetune/*/manifest.json")
        if json.loads(manifest.read_text())["subject"] == "ground"
    ]
    (folder / "model" / "model.safetensors").unlink()
    verdicts = {s.step: s.verdict for s in plan_experiment(bench.workspace, "small").steps}
    assert verdicts["finetune ground"] == "will run"
    assert verdicts["finetune asked"] == "may run"
    assert bench.computed() == {"finetune ground"}


def test_a_base_is_reached_though_no_experiment_lists_it(ran):
    assert prunable(ran.workspace, reach(ran.workspace, load_catalog(ran.data))) == []


def test_why_tells_that_the_model_below_changed(bench):
    bench.edit("models.yaml", lambda c: c["models"]["ground"].update(seed=9))
    bench.run()
    told = story(bench.workspace, "finetune again")
    assert told.chapters[-1].reasons == ("model below it changed",)
    assert story(bench.workspace, "finetune ground").experiment == "small"


def test_licences_of_the_base_go_with_the_model(ran):
    rows = dict(ran.ask("SELECT model, licences FROM models"))
    assert rows["asked"] == rows["ground"] == "Apache-2.0"


def test_what_came_out_of_the_base_is_what_is_shown_beside_a_model(ran):
    rows = {name: (base, content) for name, base, content in ran.ask(
        "SELECT model, base, content FROM models"
    )}  # fmt: skip
    assert rows["ground"][0] == "t5, drawn at random"
    assert rows["asked"][0] == rows["again"][0] == rows["ground"][1]
