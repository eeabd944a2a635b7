import pytest

from tests.models.generative.tiny_prompted import prompted
from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.forms.linear import EmbeddingSpec, TfidfSpec
from tickertone.catalog.models import ModelSpec, base_of, form_of
from tickertone.catalog.recipes.encoder import EncoderSpec
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.dag.recipes import checked, placeless

HASHES = {"model.safetensors": "a" * 64, "config.json": "b" * 64}


def encoder(base: BaseSpec) -> ModelSpec:
    return EncoderSpec(family="encoder", trained_on=("tweets",), base=base, tuning="full")


def on_embeddings(base: BaseSpec) -> ModelSpec:
    features = EmbeddingSpec(kind="embedding", base=base)
    return LinearSpec(family="linear", trained_on=("tweets",), features=features)


def with_neighbours(base: BaseSpec, similar: BaseSpec) -> ModelSpec:
    features = EmbeddingSpec(kind="embedding", base=similar)
    return prompted(
        "causal", base, trained_on=("tweets",), shots=2, draw="nearest", features=features
    )


def test_the_base_that_finds_neighbours_is_treated_as_the_other_one():
    here, there = (
        with_neighbours(BaseSpec(folder=f"/{place}/small"), BaseSpec(folder=f"/{place}/bert"))
        for place in ("here", "there")
    )
    assert placeless(here) == placeless(there)
    assert placeless(here).features.base.name == "bert"
    held = checked(here, HASHES, {"config.json": "d" * 64})
    assert held.base == BaseSpec(folder="/here/small", sha256=HASHES)
    assert held.features.base == BaseSpec(folder="/here/bert", sha256={"config.json": "d" * 64})


@pytest.mark.parametrize("recipe", [encoder, on_embeddings])
def test_a_base_that_moved_makes_no_other_recipe(recipe):
    here, there = (recipe(BaseSpec(folder=f"/{place}/small")) for place in ("here", "there"))
    assert here != there
    assert placeless(here) == placeless(there)
    assert base_of(placeless(here)).name == "small"


@pytest.mark.parametrize("recipe", [encoder, on_embeddings])
def test_a_folder_is_held_to_the_hashes_that_it_had_at_planning(recipe):
    base = base_of(checked(recipe(BaseSpec(folder="/here/small")), HASHES))
    assert base == BaseSpec(folder="/here/small", sha256=HASHES)


def test_a_base_on_the_hub_is_held_to_its_commit_alone():
    recipe = encoder(BaseSpec(hub="someone/small", revision="c" * 40))
    assert checked(recipe, {"hub": "someone/small", "revision": "c" * 40}) == recipe


def test_a_recipe_without_a_base_stays_as_it_is():
    features = TfidfSpec(kind="tfidf")
    recipe = LinearSpec(family="linear", trained_on=("tweets",), features=features)
    assert placeless(recipe) == checked(recipe, None) == recipe


@pytest.mark.parametrize(
    "change", [{"patience": 2}, {"learning_rate": 1.0}, {"seed": 9}, {"trained_on": ("news",)}]
)
def test_what_only_training_reads_is_no_part_of_the_form(change):
    recipe = encoder(BaseSpec(folder="small"))
    assert form_of(recipe.model_copy(update=change)) == form_of(recipe)


def test_what_scoring_reads_is_part_of_the_form():
    recipe = encoder(BaseSpec(folder="small"))
    assert form_of(recipe.model_copy(update={"max_length": 64})) != form_of(recipe)


def test_the_name_of_a_base_model_is_no_part_of_a_recipe():
    one, other = (encoder(BaseSpec(model=name)) for name in ("ground", "soil"))
    assert placeless(one) == placeless(other)
    assert checked(one, None) == one


def test_a_shape_is_part_of_a_recipe_and_the_place_of_its_tokenizer_is_not():
    shape = {"architecture": "t5", "width": 16, "layers": 1, "heads": 2, "ff": 32}

    def drawn(folder, **changes):
        made = {**shape, **changes, "tokenizer": {"folder": folder}}
        return encoder(BaseSpec.model_validate({"made": made}))

    assert placeless(drawn("/here/words")) == placeless(drawn("/there/words"))
    assert placeless(drawn("/here/words")) != placeless(drawn("/here/words", layers=2))
    held = base_of(checked(drawn("/here/words"), HASHES)).made.tokenizer
    assert (held.folder, held.sha256) == ("/here/words", HASHES)
