"""Claims that speak of label budgets: what an experiment must have for them."""

import pytest

from tickertone.catalog.claim_checks import check_claims
from tickertone.catalog.experiments import ExperimentSpec
from tickertone.errors import ConfigError

PLACE = "data/experiments/x.yaml"


def experiment(side, budgets, **more):
    """One that holds a combiner with few labels against another system."""
    split = {"dataset": "d", "split": "test"}
    compared = {"targets": ["one", "two"], "better": [side], "than": [{"best_of_pool": True}]}
    return ExperimentSpec.model_validate(
        {
            "title": "X",
            "targets": {
                name: {"test": split, "fit_on": {**split, "split": "dev"}}
                for name in ("one", "two")
            },
            "models": ["a"],
            "combiners": {"ridge": {"kind": "ridge"}, "mean": {"kind": "mean"}},
            "budgets": budgets,
            "claims": [
                {
                    "paper": "p",
                    "claim": "1",
                    "statement": "s",
                    "comparisons": [{**compared, **more}],
                }
            ],
        }
    )


def refusal(side, budgets, **more):
    with pytest.raises(ConfigError) as error:
        check_claims(PLACE, experiment(side, budgets, **more), {}, [])
    assert error.value.place.startswith(f"{PLACE}, claims.0.comparisons.0.")
    return error.value


def test_a_budget_that_is_swept_is_none_to_refuse():
    budgets = {"per_class": [2, 8]}
    check_claims(PLACE, experiment({"combiner": "ridge", "labels": 8}, budgets), {}, [])
    check_claims(PLACE, experiment({"combiner": "mean", "labels": 0}, budgets), {}, [])


def test_a_budget_that_is_not_swept_is_refused_with_those_that_are():
    error = refusal({"combiner": "ridge", "labels": 7}, {"per_class": [2, 8]})
    assert error.place.endswith(".labels")
    assert error.found == "7 labels per class, which ridge is not fitted on"
    assert error.expected == "one of 2, 8"
    assert error.remedy.startswith("add 7 to budgets.per_class")


def test_without_labels_a_rule_that_learns_is_scored_only_where_that_is_swept():
    error = refusal({"combiner": "ridge", "labels": 0}, {"per_class": [2, 8]})
    assert error.expected == "one of 2, 8"
    assert refusal({"combiner": "mean", "labels": 7}, {"per_class": [2]}).expected == "one of 0, 2"


def test_in_an_experiment_without_budgets_there_is_no_budget():
    error = refusal({"combiner": "ridge", "labels": 8}, None)
    assert error.found == "ridge with 8, in an experiment without label budgets"
    assert "per_class: [8]" in error.remedy


def test_a_combiner_that_the_experiment_has_not_is_refused_with_the_nearest():
    error = refusal({"combiner": "rigde", "labels": 8}, {"per_class": [8]})
    assert error.found == "unknown combiner 'rigde'"
    assert error.remedy == "did you mean 'ridge'?"


def test_each_of_several_targets_must_be_there():
    error = refusal({"best_of_pool": True}, None, targets=["one", "tow"])
    assert error.place.endswith(".targets")
    assert error.found == "unknown target 'tow'"
