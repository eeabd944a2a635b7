import math

import pytest

from tickertone.report import numbers

FORMATS = [
    numbers.share,
    numbers.percent,
    numbers.p_value,
    numbers.count,
    numbers.parameters,
    numbers.duration,
    numbers.memory,
]


@pytest.mark.parametrize("form", FORMATS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_what_is_not_known_is_a_dash(form, value):
    assert form(value) == "\N{EN DASH}"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (numbers.share(0.8735), "0.874"),
        (numbers.percent(0.8742), "87.4 %"),
        (numbers.hundredths(0.8742), "87.4"),
        (numbers.p_value(0.0004), "<0.001"),
        (numbers.p_value(0.0342), "0.034"),
        (numbers.count(2388), "2,388"),
        (numbers.parameters(950), "950"),
        (numbers.parameters(14_200), "14.2 K"),
        (numbers.parameters(22_713_216), "22.7 M"),
        (numbers.parameters(1.5e9), "1.5 B"),
        (numbers.duration(0.42), "0.4 s"),
        (numbers.duration(59.7), "1 min 00 s"),
        (numbers.duration(185), "3 min 05 s"),
        (numbers.duration(3720), "1 h 02 min"),
        (numbers.memory(512), "512 MB"),
        (numbers.memory(1432), "1.4 GB"),
    ],
)
def test_numbers_are_written_as_people_read_them(written, expected):
    assert written == expected
