"""The grid that ships: every cell of arXiv 2312.08725, and its eight claims."""

import re
from pathlib import Path

import pytest

from tickertone.catalog.bases import FilesSpec
from tickertone.catalog.load import load_catalog
from tickertone.workspace import Workspace

SIZES = ("base", "large", "xl")
ASKED = ("zero", "1shot", "5shot", "10shot")


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(Workspace.find(Path(__file__).parent).data)


@pytest.fixture(scope="module")
def grid(catalog):
    return catalog.experiments["finetuned_vs_fewshot"]


@pytest.mark.parametrize("size", SIZES)
def test_every_flan_t5_is_tuned_in_three_precisions_and_asked_in_four_ways(grid, size):
    systems = {*grid.models, *grid.groups}
    wanted = {f"flan_t5_{size}_{way}" for way in (*ASKED, "qlora", "lora", "lora_8bit")}
    assert wanted <= systems


def test_controls_differ_from_their_model_in_the_weights_of_the_base_alone(catalog):
    for size in SIZES:
        qlora = catalog.models[f"flan_t5_{size}_qlora"]
        for control in ("lora", "lora_8bit"):
            other = catalog.models[f"flan_t5_{size}_{control}"]
            assert other.model_copy(update={"tuning": "qlora"}) == qlora


def test_examples_are_drawn_three_times_and_averaged(catalog, grid):
    for name, members in grid.groups.items():
        assert [catalog.models[m].seed for m in members] == [0, 1, 2], name
    assert len([name for name in grid.groups if name.startswith("flan")]) == 9


def test_models_of_a_size_have_one_base(catalog, grid):
    for size in SIZES:
        names = [name for name in grid.models if name.startswith(f"flan_t5_{size}_")]
        assert {catalog.models[n].base.hub for n in names} == {f"google/flan-t5-{size}"}


def test_the_eight_claims_are_there_in_order(grid):
    numbers = [int(re.match(r"\d+", claim.claim)[0]) for claim in grid.claims]
    assert [*dict.fromkeys(numbers)] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_the_target_without_what_flan_has_seen_is_not_told_as_contaminated(catalog):
    assert catalog.contaminated(FilesSpec(hub="google/flan-t5-xl"), "fpb_50agree")
    assert catalog.contaminated(FilesSpec(hub="google/flan-t5-xl"), "fpb_50agree_unseen") is None
    assert catalog.contaminated(FilesSpec(hub="ProsusAI/finbert"), "fpb_50agree_unseen")
