"""A workspace to change, and one that has been run and must not be."""

import pytest

from tests.dag.bench import Bench
from tests.dag.code_change import Edits


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A workspace that has been run once; tests that use it must not change it."""
    bench = Bench(tmp_path_factory.mktemp("finished"))
    bench.first = bench.run()
    return bench


@pytest.fixture
def edit(monkeypatch):
    """edit(module): from then on the module stands as if its code had changed."""
    return Edits(monkeypatch)
