"""Networks known by their published shapes."""

from pathlib import Path

import pytest

from tickertone.catalog.lineage import first_base
from tickertone.catalog.load import load_catalog
from tickertone.models.network_shapes import stated
from tickertone.workspace import Workspace

CATALOG = load_catalog(Workspace.find(Path(__file__).parent).data)
# In millions, as their model cards and papers say.
SIZES = {
    "google/flan-t5-base": 250,
    "google/flan-t5-large": 780,
    "google/flan-t5-xl": 2850,
    "meta-llama/Llama-2-7b-hf": 6740,
    "meta-llama/Llama-3.1-8B": 8030,
    "mistralai/Mistral-7B-v0.1": 7240,
    "Qwen/Qwen3-8B": 8190,
    "google-bert/bert-base-uncased": 110,
    "FacebookAI/roberta-base": 125,
    "xlnet/xlnet-base-cased": 110,
}


@pytest.mark.parametrize("name", sorted(SIZES))
def test_a_published_shape_has_as_many_weights_as_the_model(name):
    assert stated(CATALOG.networks[name]).weights / 1e6 == pytest.approx(SIZES[name], rel=0.02)


def test_every_base_on_the_hub_that_a_model_starts_from_has_a_shape():
    bases = [first_base(name, CATALOG.models) for name in CATALOG.models]

    assert {base.hub for base in bases if base and base.hub} <= set(CATALOG.networks)


def test_adapters_find_the_linear_layers_of_a_published_shape():
    names = {name for name, _, _ in stated(CATALOG.networks["google/flan-t5-base"]).linear()}

    assert len(names) == 12 * (4 + 3) + 12 * (8 + 3)  # but for word embeddings and the head
