"""A workspace to change, and one that has been run and must not be."""

import pytest

from tests.dag.bench import Bench


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A workspace that has been run once; tests that use it must not change it."""
    bench = Bench(tmp_path_factory.mktemp("finished"))
    bench.first = bench.run()
    return bench
