import pytest
from pydantic import ValidationError

from tickertone.catalog.claims import BestOf, ClaimSpec, ComparisonSpec, Published

TWO = {"target": "tfsn", "better": ["a"], "than": ["b"]}


def test_a_side_is_a_name_a_number_a_published_figure_or_some_of_many():
    spec = ComparisonSpec.model_validate(
        {**TWO, "than": ["b", 0.5, {"published": "FinBERT"}, {"best_of": ["c", "d"]}]}
    )
    assert spec.right == ("b", 0.5, Published(published="FinBERT"), BestOf(best_of=("c", "d")))
    assert (spec.relation, spec.metric, spec.split, spec.margin) == (
        "better", "accuracy", "full", 0.0,
    )  # fmt: skip


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
