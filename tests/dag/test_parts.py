"""A target in parts: members from elsewhere, and models of a few of its labels beside them."""

import pytest

from tests.dag.bench import Bench
from tickertone.catalog.load import load_catalog
from tickertone.dag.scope import Scope

WORDS = {"kind": "tfidf", "char_ngrams": None, "min_df": 1}
HEADLINES = {"family": "linear", "trained_on": ["demo_headlines"], "features": WORDS}
MODELS = {
    "economy": {**HEADLINES, "trained_on": ["demo_economy"]},
    "workplace": {**HEADLINES, "trained_on": ["demo_workplace"], "rows": 60},
    "own": HEADLINES,
    "few": {**HEADLINES, "few": {"per_class": [2, 4], "draws": 2}},
}
EXPERIMENT = {
    "title": "Parts",
    "targets": {
        "headlines": {
            "test": {"dataset": "demo_headlines", "split": "test"},
            "fit_on": {"dataset": "demo_headlines", "split": "labels"},
            "unlabelled": {"dataset": "demo_headlines", "split": "unlabelled"},
            "adjacent": True,
        }
    },
    "models": ["economy", "workplace", "own", "few"],
    "members": ["economy", "workplace", "own"],
    "combiners": {"mean": {"kind": "mean"}},
    "bootstrap_draws": 100,
}
FEW = ["few_k2_d0", "few_k2_d1", "few_k4_d0", "few_k4_d1"]


def parted(bench: Bench) -> Bench:
    bench.write("models.yaml", {"models": MODELS})
    bench.write("experiments/small.yaml", EXPERIMENT)
    carve = {"dev": 0.2, "labels": 0.2, "unlabelled": 0.2}

    def change(content):
        content["datasets"]["demo_headlines"]["carve"] = carve

    bench.edit("datasets.yaml", change)
    return bench


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Bench:
    bench = parted(Bench(tmp_path_factory.mktemp("parts")))
    bench.made = bench.computed()
    return bench


def test_members_score_every_part_and_models_of_the_few_the_test_alone(ran):
    scope = Scope.of(load_catalog(ran.data), "small")
    assert scope.pool("headlines") == ("economy", "workplace")
    assert scope.systems("headlines") == ("economy", "workplace", "own", *FEW)
    assert scope.scored("economy") == {"demo_headlines": ("labels", "test", "unlabelled")}
    assert scope.scored("few_k2_d0") == {"demo_headlines": ("test",)}
    assert scope.spec.groups["few_k4"] == ("few_k4_d0", "few_k4_d1")


def test_all_of_them_are_on_the_leaderboard(ran):
    rows = ran.ask("select system from leaderboard where split = 'full'")
    assert {system for (system,) in rows} == {"economy", "workplace", "own", "mean", *FEW}


def test_a_changed_unlabelled_part_is_scored_again_and_trains_nothing(ran, tmp_path):
    """Rows that change parts come out of train, which tells the models that learn from it."""
    bench = ran.copied_to(tmp_path / "copy")

    def change(content):
        content["datasets"]["demo_headlines"]["carve"]["unlabelled"] = 0.3

    bench.edit("datasets.yaml", change)
    made = bench.computed()
    assert "finetune own" in made
    assert not {f"finetune {name}" for name in ("economy", "workplace", *FEW)} & made
    assert "extract economy/demo_headlines" in made


def test_the_name_of_a_draw_is_no_part_of_what_it_makes(ran, tmp_path):
    bench = ran.copied_to(tmp_path / "copy")

    def change(content):
        content["models"]["few"]["few"] = {"per_class": [4, 2], "draws": 2}

    bench.edit("models.yaml", change)
    assert not any(step.startswith(("finetune", "extract")) for step in bench.computed())
