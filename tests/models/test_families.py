import importlib
from pathlib import Path

import pytest

from tickertone.catalog.load import load_catalog
from tickertone.identity.code import code_parts
from tickertone.models.families import family_of

MODELS = load_catalog(Path(__file__).parents[2] / "data").models


@pytest.mark.parametrize("name", MODELS)
def test_every_recipe_in_the_catalog_names_modules_that_exist(name: str) -> None:
    family = family_of(MODELS[name])
    assert callable(importlib.import_module(family.fit).fit)
    assert callable(importlib.import_module(family.score).load)
    for module in (*family.fit_entry_points, *family.score_entry_points):
        assert module in code_parts([module])


def test_the_code_of_one_family_does_not_contain_another() -> None:
    tfidf = code_parts(family_of(MODELS["demo_tfidf"]).fit_entry_points)
    encoder = code_parts(family_of(MODELS["demo_minilm"]).fit_entry_points)
    assert not [module for module in tfidf if "encoder" in module or "embedding" in module]
    assert not [module for module in encoder if "linear" in module]


@pytest.mark.parametrize("name", ["demo_tfidf", "demo_embed", "demo_minilm", "demo_lora"])
def test_scoring_does_not_depend_on_how_a_model_was_fitted(name: str) -> None:
    family = family_of(MODELS[name])
    scoring = code_parts(["tickertone.stages.extract", *family.score_entry_points])
    assert family.fit not in scoring
    assert "tickertone.training.worker" not in scoring
    assert not [module for module in scoring if "catalog.recipes" in module]


@pytest.mark.parametrize("name", ["demo_tfidf", "demo_embed", "demo_minilm", "demo_lora"])
def test_a_model_does_not_depend_on_how_other_things_are_written_in_the_catalog(name: str) -> None:
    family = family_of(MODELS[name])
    both = code_parts(
        [
            "tickertone.stages.finetune",
            "tickertone.stages.extract",
            *family.fit_entry_points,
            *family.score_entry_points,
        ]
    )
    catalog = {module for module in both if module.startswith("tickertone.catalog.")}
    assert not catalog & {
        f"tickertone.catalog.{name}" for name in ("models", "datasets", "snapshots", "experiments")
    }
    assert "tickertone.models.families" not in both


def test_lora_depends_on_peft_and_full_tuning_does_not() -> None:
    assert "peft" in family_of(MODELS["demo_lora"]).score_libraries
    assert "peft" not in family_of(MODELS["demo_minilm"]).fit_libraries
    assert "torch" not in family_of(MODELS["demo_tfidf"]).fit_libraries
