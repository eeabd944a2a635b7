import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.identity.canonical import canonical_json, digest, digest_rows

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(), JSON))
def test_the_order_of_keys_does_not_matter(value):
    backwards = dict(reversed(list(value.items())))
    assert digest(value) == digest(backwards)


def test_a_set_is_refused_because_its_order_differs_between_processes():
    with pytest.raises(TypeError):
        canonical_json({"labels": {"up", "down"}})


def test_not_a_number_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json([float("nan")])


def test_a_digest_is_the_same_under_another_hash_seed():
    code = (
        "from tickertone.identity.canonical import digest;"
        "print(digest({'b': [1, 2.5], 'a': {'z': 'é', 'y': None}}))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(seen) == 1


@given(st.lists(st.tuples(st.text(), st.integers())))
def test_rows_are_hashed_in_the_order_given(rows):
    assert digest_rows(rows) == digest_rows(list(rows))
    if rows != rows[::-1]:
        assert digest_rows(rows) != digest_rows(rows[::-1])
