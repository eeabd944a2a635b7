"""The claims of arXiv 2406.13720 in the small experiment that ships."""

from pathlib import Path

import pytest

from tickertone.catalog.load import load_catalog
from tickertone.dag.claim_sides import parts
from tickertone.dag.scope import Scope
from tickertone.workspace import Workspace


@pytest.fixture(scope="module")
def scope():
    catalog = load_catalog(Workspace.find(Path(__file__).parent).data)
    return Scope.of(catalog, "domain_adjacent_small")


@pytest.fixture(scope="module")
def claims(scope):
    """Number -> its parts."""
    return {claim.claim: [*parts(scope, claim).values()] for claim in scope.spec.claims}


@pytest.mark.parametrize("claim", ["1", "2", "2, adaptive", "3", "3, adaptive"])
def test_a_claim_is_held_against_each_target_and_on_average(scope, claims, claim):
    assert {part["target"] for part in claims[claim]} == {*scope.spec.targets}
    on_average = claims[f"{claim}{'' if ',' in claim else ','} on average"]
    assert all({*part["over"]} == {*scope.spec.targets} for part in on_average)
    assert len(claims[claim]) == len(scope.spec.targets) * len(on_average)


def test_the_best_single_member_has_learnt_nothing_of_the_target(claims):
    members = {
        part["target"]: {name for (name,) in part["right"]["groups"]} for part in claims["1"]
    }
    assert members["fpb"] == {"tweets_minilm", "tweets_lora", "tweets_tfidf"}
    assert not [name for name in members["cornell"] if name.startswith(("cornell", "sst2"))]
    assert len(members["amazon"]) == 15


@pytest.mark.parametrize("claim", ["4", "4, adaptive"])
def test_tuning_on_more_labels_is_a_mean_over_three_draws(claims, claim):
    assert len(claims[claim]) == 12
    for part in claims[claim]:
        assert part["left"]["labels"] == 8
        assert part["right"]["drawn"]
        ((*models,),) = part["right"]["groups"]
        assert len(models) == 3
