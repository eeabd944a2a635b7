"""What a member costs for a text, by what its extractions took."""

import pytest

from tests.dag.vouching import manifest
from tickertone.catalog.load import load_catalog
from tickertone.dag.planner import Node, Results
from tickertone.dag.planners.frontier import milliseconds_a_text
from tickertone.dag.scope import Scope


@pytest.fixture
def cost(ran_once):
    """cost(DATASET=(seconds, texts[, embedded]), ...): of the model `words`, by these facts."""
    scope = Scope.of(load_catalog(ran_once.data), "small")

    def told(**took):
        made = {}
        for dataset, (seconds, rows, *embedded) in took.items():
            of = manifest(ran_once, "extract", f"words/{dataset}")
            facts = {**of.facts, "scoring_seconds": seconds, "rows_scored": rows}
            facts |= {"texts_embedded": embedded[0]} if embedded else {}
            made[Node("extract", of.subject)] = of.model_copy(update={"facts": facts})
        return milliseconds_a_text(scope, "words", Results(made))

    return told


def test_it_is_taken_where_the_model_waited_least(cost):
    assert cost(demo_headlines=(1.0, 1000), demo_wires=(9.0, 1000)) == 1.0


def test_an_extraction_of_few_texts_says_nothing(cost):
    assert cost(demo_headlines=(1.0, 1000), demo_wires=(0.001, 3)) == 1.0
    assert cost(demo_wires=(5.0, 0)) is None


def test_what_was_never_measured_is_not_known(cost):
    assert cost() is None


def test_texts_whose_embeddings_were_kept_are_not_taken_for_fast_ones(cost):
    assert cost(demo_headlines=(1.0, 1000, 1000), demo_wires=(0.1, 1000, 0)) == 1.0
    assert cost(demo_headlines=(1.0, 1000, 500)) == 2.0
    assert cost(demo_wires=(0.1, 1000, 0)) is None
