import random
from email.utils import formatdate

import pytest

from tickertone.endpoint.waiting import asked_to_wait, backoff, until_reset

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": formatdate(NOW + 90, usegmt=True)}, 90),
        ({"retry-after": formatdate(NOW - 90, usegmt=True)}, 0),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_a_server_asks_for(headers, seconds):
    assert asked_to_wait(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0.5s"}, 360.5),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "120ms"}, 0.12),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "2"}, 2),
        ({"x-ratelimit-remaining-requests": "9", "x-ratelimit-reset-requests": "6m0s"}, 0),
        ({"x-ratelimit-remaining-requests": "0"}, 0),
        ({}, 0),
    ],
)
def test_a_limit_that_is_used_up_is_waited_for(headers, seconds):
    assert until_reset(headers) == pytest.approx(seconds)


def test_pauses_double_up_to_a_minute_and_are_half_chance():
    chance = random.Random(4)
    for attempt, whole in ((1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (99, 60)):
        pauses = [backoff(attempt, chance) for _ in range(200)]
        assert whole / 2 <= min(pauses) < 0.6 * whole
        assert 0.9 * whole < max(pauses) <= whole
