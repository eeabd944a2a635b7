"""Label budgets of an experiment, and what may not be asked of them."""

import pytest
from pydantic import ValidationError

from tickertone.catalog.experiments import BudgetSpec


def test_nine_texts_of_ten_are_asked_for_and_no_frontier():
    budgets = BudgetSpec(per_class=(0, 8))
    assert (budgets.coverage, budgets.frontier) == (0.9, None)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"per_class": (8, 2)}, "rising"),
        ({"per_class": (0, 8), "compare": "mean", "frontier": 4}, "not one of per_class"),
        ({"per_class": (0, 8), "compare": "mean", "frontier": 0}, "frontier"),
        ({"per_class": (0, 8), "frontier": 8}, "name a combiner under compare"),
        ({"per_class": (0, 8), "coverage": 1.0}, "coverage"),
        ({"per_class": (0, 8), "coverage": 0.0}, "coverage"),
    ],
)
def test_a_budget_that_means_nothing_is_refused(given, told):
    with pytest.raises(ValidationError, match=told):
        BudgetSpec(**given)


def test_a_frontier_is_at_a_budget_of_the_compared_combiner():
    assert BudgetSpec(per_class=(0, 8), compare="mean", frontier=8).frontier == 8
