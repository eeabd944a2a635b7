"""What a page asks for: whatever stages there are."""

import pytest

from tickertone.catalog.load import load_catalog
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
