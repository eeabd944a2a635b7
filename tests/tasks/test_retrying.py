from inspect import isfunction

import pytest
from prefect.states import Failed

from tasks.retrying import retry_may_help
from tickertone.errors import ConfigError, DataError, SourceUnavailable, TrainingError


@pytest.mark.parametrize(
    "error",
    [SourceUnavailable("hub", found="503"), ConnectionResetError(), TimeoutError()],
)
def test_what_may_pass_is_tried_again(error):
    assert retry_may_help(None, None, Failed(data=error))


@pytest.mark.parametrize(
    "error",
    [
        ConfigError("a", found="b"),
        DataError("a", found="b"),
        TrainingError("a", found="b"),
        FileNotFoundError("gone"),
        OSError(28, "No space left on device"),
        ValueError("wrong"),
    ],
)
def test_what_stays_wrong_is_not_tried_again(error):
    assert not retry_may_help(None, None, Failed(data=error))


def test_the_condition_is_a_plain_function_since_prefect_ignores_anything_else():
    assert isfunction(retry_may_help)
