import pytest
from pydantic import ValidationError

from tickertone.catalog.recipes.endpoint import EndpointSpec

LOCAL = {
    "family": "endpoint",
    "url": "http://127.0.0.1:8000/v1",
    "model": "m",
    "prompt": {"instruction": "", "example": "{text}", "cue": "Sentiment:"},
}


def test_zero_shot_names_its_task_and_examples_name_their_source():
    assert EndpointSpec.model_validate({**LOCAL, "task": "sentiment"}).shots == 0
    assert EndpointSpec.model_validate({**LOCAL, "shots": 5, "trained_on": ["tweets"]}).shots == 5


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"shots": 5, "task": "sentiment"},
        {"trained_on": ["tweets"]},
        {"trained_on": ["tweets"], "shots": 5, "task": "sentiment"},
    ],
)
def test_anything_else_is_refused(fields):
    with pytest.raises(ValidationError, match=r"trained_on|task"):
        EndpointSpec.model_validate({**LOCAL, **fields})


def test_prices_and_limits_are_no_part_of_the_identity():
    cheap = EndpointSpec.model_validate({**LOCAL, "task": "sentiment"})
    dear = EndpointSpec.model_validate(
        {**LOCAL, "task": "sentiment", "service": {"price_in": 9, "price_out": 9, "concurrency": 1}}
    )
    assert cheap != dear
    assert cheap.for_identity() == dear.for_identity()
    other = EndpointSpec.model_validate({**LOCAL, "task": "sentiment", "votes": 3})
    assert other.for_identity() != cheap.for_identity()
