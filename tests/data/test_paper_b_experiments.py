"""The experiments that ship for arXiv 2406.13720: its checkpoints, and its protocol on pairs."""

from pathlib import Path

import pytest

from tickertone.catalog.lineage import first_base
from tickertone.catalog.load import load_catalog
from tickertone.catalog.overlap import alone, pool
from tickertone.workspace import Workspace

BASES = {
    "roberta": "FacebookAI/roberta-base",
    "bert": "google-bert/bert-base-uncased",
    "xlnet": "xlnet/xlnet-base-cased",
}
SETS = ("amazon", "cornell", "imdb", "sst2", "tweets", "yelp")


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(Workspace.find(Path(__file__).parent).data)


@pytest.fixture(scope="module")
def paper(catalog):
    return catalog.experiments["domain_adjacent"]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("base", BASES)
def test_each_of_the_eighteen_is_tuned_as_the_paper_says(catalog, paper, base, name):
    recipe = catalog.models[f"{base}_{name}"]
    assert recipe.trained_on == (paper.targets[name].test.dataset,)
    assert first_base(f"{base}_{name}", catalog.models).hub == BASES[base]
    told = (recipe.rows, recipe.learning_rate, recipe.batch_size, recipe.epochs)
    assert (*told, recipe.weight_decay) == (7000, 2e-5, 8, 1, 0.01)


def test_a_target_leaves_its_own_members_out_and_those_that_share_its_texts(catalog, paper):
    sizes = {
        name: len(pool(target, paper.combined, catalog.models, catalog))
        for name, target in paper.targets.items()
    }
    assert sizes == {**dict.fromkeys(SETS, 15), "cornell": 12, "sst2": 12}


def test_a_model_of_few_goes_on_as_the_paper_says(catalog, paper):
    for name in SETS:
        ft, daft2 = (catalog.models[f"roberta_{name}_{way}_k8_d0"] for way in ("ft", "daft2"))
        assert (ft.learning_rate, ft.batch_size, ft.epochs) == (2e-5, 8, 1)
        assert (daft2.learning_rate, daft2.batch_size, daft2.epochs) == (2e-5, 1, 5)
        assert daft2.head == "kept"
        assert daft2.base.model != f"roberta_{name}"
        scored = alone(paper.targets[name], paper.models, catalog.models, catalog)
        assert {f"roberta_{name}_ft_k8_d0", f"roberta_{name}_daft2_k8_d0"} <= set(scored)


def test_the_paper_tests_on_five_thousand_rows_at_most(catalog, paper):
    splits = [catalog.datasets[t.test.dataset].splits["test"] for t in paper.targets.values()]
    unlimited = [t for t, s in zip(paper.targets, splits, strict=True) if s.at_most is None]
    assert {split.at_most for split in splits} == {5000, None}
    assert unlimited == ["cornell", "sst2"]  # 1,066 and 872


def test_budgets_hold_zero_and_the_papers_own_eight(catalog):
    for name in ("domain_adjacent", "paraphrase_adjacent_small", "paraphrase_adjacent"):
        budgets = catalog.experiments[name].budgets
        assert budgets.per_class == (0, 1, 2, 4, 8, 16, 32, 64, 128)
        assert budgets.draws >= 20


def test_the_pairs_have_the_combiners_and_budgets_of_single_texts(catalog):
    small = catalog.experiments["domain_adjacent_small"]
    for name in ("paraphrase_adjacent_small", "paraphrase_adjacent"):
        assert catalog.experiments[name].combiners == small.combiners


def test_a_target_of_pairs_has_the_three_learners_of_the_other_set(catalog):
    pairs = catalog.experiments["paraphrase_adjacent"]
    pools = {
        name: pool(target, pairs.combined, catalog.models, catalog)
        for name, target in pairs.targets.items()
    }
    assert pools["mrpc"] == ("stsb_minilm", "stsb_lora", "stsb_tfidf")
    assert pools["stsb"] == ("mrpc_minilm", "mrpc_lora", "mrpc_tfidf")
    assert pools["qqp"] == pools["stsb"] + pools["mrpc"]
