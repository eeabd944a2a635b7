import pytest
from pydantic import ValidationError

from tickertone.catalog.claims import (
    BestOf,
    BestOfPool,
    ClaimSpec,
    ComparisonSpec,
    Published,
    WithLabels,
)

TWO = {"target": "tfsn", "better": ["a"], "than": ["b"]}


def test_a_side_is_a_name_a_number_a_published_figure_or_some_of_many():
    spec = ComparisonSpec.model_validate(
        {**TWO, "than": ["b", 0.5, {"published": "FinBERT"}, {"best_of": ["c", "d"]}]}
    )
    assert spec.right == ("b", 0.5, Published(published="FinBERT"), BestOf(best_of=("c", "d")))
    assert (spec.relation, spec.metric, spec.split, spec.margin) == (
        "better", "accuracy", "full", 0.0,
    )  # fmt: skip


def test_a_side_may_have_few_labels_or_be_the_best_member():
    spec = ComparisonSpec.model_validate(
        {**TWO, "better": [{"combiner": "ridge", "labels": 8}], "than": [{"best_of_pool": True}]}
    )
    assert spec.left == (WithLabels(combiner="ridge", labels=8),)
    assert spec.right == (BestOfPool(best_of_pool=True),)


@pytest.mark.parametrize(
    "side",
    [
        {"combiner": "ridge"},
        {"combiner": "ridge", "label": 8},
        {"combiner": "ridge", "labels": 8, "by": 1},
        {"best_of_pol": True},
        {},
        ["a"],
        True,
        None,
    ],
)
def test_what_is_no_side_is_refused_with_all_that_are(side):
    with pytest.raises(ValidationError, match=r"a name, a number, .* or {combiner: NAME"):
        ComparisonSpec.model_validate({**TWO, "better": [side]})


@pytest.mark.parametrize("side", [{"combiner": "ridge", "labels": -1}, {"best_of_pool": False}])
def test_a_side_with_a_field_that_makes_no_sense_is_refused(side):
    with pytest.raises(ValidationError):
        ComparisonSpec.model_validate({**TWO, "better": [side]})


def test_on_each_of_its_targets_it_says_the_same():
    few = {"targets": ["tfsn", "fpb"], "over": "mean", "better": ["a"], "than": ["b"]}
    each = [*ComparisonSpec.model_validate(few).on_each_target()]
    assert each == [ComparisonSpec.model_validate({**TWO, "target": t}) for t in ("tfsn", "fpb")]
    alone = ComparisonSpec.model_validate(TWO)
    assert [*alone.on_each_target()] == [alone]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"target": "tfsn", "than": ["b"]}, "exactly one of"),
        ({**TWO, "comparable": ["a"], "to": ["b"]}, "exactly one of"),
        ({"target": "tfsn", "better": ["a"]}, "followed by than"),
        ({"target": "tfsn", "better": ["a"], "to": ["b"]}, "followed by than"),
        ({"target": "tfsn", "comparable": ["a"], "than": ["b"], "within": 0.1}, "by to"),
        ({"target": "tfsn", "comparable": ["a"], "to": ["b"]}, "within: needed"),
        ({**TWO, "within": 0.1}, "for nothing else"),
        ({"better": ["a"], "than": ["b"]}, "target: needed"),
        ({**TWO, "targets": ["fpb"]}, "instead of target"),
        ({"targets": ["fpb", "fpb"], "better": ["a"], "than": ["b"]}, "each once"),
        ({"targets": ["fpb"], "over": "mean", "better": ["a"], "than": ["b"]}, "two targets"),
        ({**TWO, "over": "mean"}, "two targets"),
        ({"targets": ["fpb"], "cheaper": ["a"], "than": ["b"]}, "not for cheaper"),
        (
            {**TWO, "than": [{"combiner": "ridge", "labels": 8}], "metric": "macro_f1"},
            "accuracy alone",
        ),
        (
            {
                "targets": ["tfsn", "fpb"],
                "over": "mean",
                "better": ["a"],
                "than": ["b"],
                "metric": "macro_f1",
            },
            "accuracy alone",
        ),
        ({"target": "tfsn", "cheaper": ["a"], "than": ["b"]}, "not for cheaper"),
        ({"cheaper": ["a"], "than": [{"published": "x"}]}, "names of models or minutes"),
        ({"cheaper": ["a"], "than": ["b"], "by": 0.1}, "for better alone"),
    ],
)
def test_a_comparison_that_says_no_one_thing_is_refused(given, words):
    with pytest.raises(ValidationError, match=words):
        ComparisonSpec.model_validate(given)


def test_a_claim_without_a_comparison_is_refused():
    with pytest.raises(ValidationError, match="comparisons"):
        ClaimSpec(paper="p", claim="1", statement="s", comparisons=())
