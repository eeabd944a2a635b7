"""What a page asks for: whatever stages there are."""

import pytest

from tickertone.catalog.load import load_catalog
from tickertone.dag import graph
from tickertone.dag.planner import Node
from tickertone.dag.planners import report
from tickertone.dag.scope import Scope


@pytest.fixture
def scope(ran_once):
    catalog = load_catalog(ran_once.data)
    found = Scope.of(catalog, "small")
    return Scope(catalog, "small", found.spec.model_copy(update={"transfer": True}), found.chosen)


def test_scores_of_transfer_are_asked_for(scope):
    assert Node("transfer", "small/wires") in report.wants(scope, "small")


def test_a_stage_that_is_not_there_is_not_asked_for(scope, monkeypatch):
    monkeypatch.setattr(graph, "STAGES", tuple(s for s in graph.STAGES if s != "transfer"))
    assert not [node for node in report.wants(scope, "small") if node.stage == "transfer"]
