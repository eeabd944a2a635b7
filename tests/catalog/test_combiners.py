from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from tickertone.catalog.combiners import CombinerSpec

SPEC = TypeAdapter(CombinerSpec)


def test_a_kind_alone_is_enough_for_each():
    for spec in get_args(get_args(CombinerSpec)[0]):
        (kind,) = get_args(spec.model_fields["kind"].annotation)
        assert isinstance(SPEC.validate_python({"kind": kind}), spec)


def test_two_kinds_look_at_texts_without_labels():
    looking = [s.__name__ for s in get_args(get_args(CombinerSpec)[0]) if s.reads_unlabelled]
    assert looking == ["DawidSkeneCombiner", "AdaptiveCombiner"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "median"},
        {"kind": "mean", "c": 1},
        {"kind": "stacking", "c": 0},
        {"kind": "greedy", "rounds": 0},
        {"kind": "least_squares_sgd", "passes": -1},
        {"kind": "least_squares_sgd", "alpha": 1},
        {"kind": "convex", "prior_texts": 0},
        {"kind": "dawid_skene", "smoothing": 0},
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError):
        SPEC.validate_python(wrong)
