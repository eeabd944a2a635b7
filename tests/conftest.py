"""What all tests share: no time limit on properties, one torch thread, no word from a shell.

And the tally of the scenarios, which test processes that run side by side send to the first.
"""

import os

import pytest
from hypothesis import settings

from tests.recompute.tally import TALLY

# A loaded machine is no failure.
settings.register_profile("no time limit", deadline=None)
settings.load_profile("no time limit")

# A small model's step takes a hundred times longer with two threads beside a busy process.
os.environ.setdefault("TICKERTONE_THREADS", "1")
os.environ["GX_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"


@pytest.fixture(autouse=True)
def _own_home(monkeypatch):
    """A test finds its workspace by the folder it names, not by what a shell happens to export."""
    monkeypatch.delenv("TICKERTONE_HOME", raising=False)


@pytest.fixture(scope="session")
def ran_once(tmp_path_factory):
    """A workspace of two linear models that has been run; tests take copies of it."""
    from tests.dag.bench import Bench

    bench = Bench(tmp_path_factory.mktemp("ran once"))
    summary, _ = bench.run()
    assert summary.failures == ()
    return bench


@pytest.fixture
def copy(ran_once, tmp_path):
    """A copy of it, to damage and to mend."""
    return ran_once.copied_to(tmp_path / "copy")


@pytest.fixture(scope="session")
def prefect_server():
    """One server for all tests of a process that want one."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


def pytest_sessionfinish(session):
    if (sent := getattr(session.config, "workeroutput", None)) is not None:
        sent["tally"] = TALLY.counts()


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist, which `pytest` alone does without
def pytest_testnodedown(node, error):
    if not error:
        TALLY.add_counts(**node.workeroutput["tally"])


def pytest_terminal_summary(terminalreporter):
    if lines := TALLY.lines():
        terminalreporter.section("recompute")
        for line in lines:
            terminalreporter.write_line(line)
