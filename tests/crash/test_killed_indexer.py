"""SIGKILL while the database is loaded: it is then as before or as after, never between."""

import random
import signal
import subprocess
import sys
import time

import pytest

from tests.crash.flow import CHECKOUT, command, content, environment
from tests.crash.waiting import is_held, wait_for
from tickertone.store.verify import verify

pytestmark = pytest.mark.slow

RUN = [sys.executable, "-m", "tests.crash.run_here", "small"]
KILLS = 6
_TRIES = 60  # at most, until so many kills have met a command that was loading


def rows(bench):
    """What is loaded from steps; the history of runs is loaded afterwards."""
    return {name: found for name, found in content(bench.workspace).items() if name != "steps"}


def kill_at(bench, line, delay):
    """Start a command and kill it so long after it took the database; whether it still had it."""
    lock = bench.workspace.locks / "database.lock"
    started = subprocess.Popen(
        line,
        cwd=CHECKOUT,
        env=environment(bench.workspace),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: is_held(lock) or started.poll() is not None, "loading")
    time.sleep(delay)
    started.send_signal(signal.SIGSTOP)  # so that it cannot go on between the look and the kill
    loading = is_held(lock)
    started.kill()
    started.wait()
    return loading


def kills_while_it_loads(bench, line, *, seed, kills, before=lambda: None):
    """Yield after each kill, until so many have met a command that was loading."""
    draw, hits, longest = random.Random(seed), 0, 0.5
    for _ in range(_TRIES):
        before()
        if kill_at(bench, line, draw.uniform(0, longest)):
            hits += 1
        else:
            longest /= 2  # it was too late: this machine is quicker, or the command has less to do
        yield
        if hits == kills:
            return
    raise AssertionError(f"{hits} of {kills} kills met a command that was loading")


def test_an_index_that_is_killed_leaves_the_rows_of_before_or_after(copy):
    before = rows(copy)
    database = copy.workspace.database.read_bytes()
    copy.edit("models.yaml", lambda m: m["models"]["letters"]["features"].update(min_df=2))
    copy.run()
    after = rows(copy)
    assert before != after

    def restore():
        copy.workspace.database.write_bytes(database)

    for _ in kills_while_it_loads(copy, RUN, seed=7, kills=KILLS, before=restore):
        assert rows(copy) in (before, after)
    copy.run()
    assert rows(copy) == after
    assert verify(copy.workspace).findings == ()


def test_a_lost_database_whose_loading_is_killed_is_loaded_by_the_next_run(copy):
    before = rows(copy)

    def lose():
        copy.workspace.database.unlink(missing_ok=True)

    for _ in kills_while_it_loads(copy, RUN, seed=9, kills=KILLS // 2, before=lose):
        pass
    copy.run()
    assert rows(copy) == before


def test_a_rebuild_that_is_killed_leaves_the_database_as_it_was(copy):
    before = content(copy.workspace)
    for _ in kills_while_it_loads(copy, command("rebuild"), seed=8, kills=KILLS):
        assert content(copy.workspace) == before
    done = subprocess.run(
        command("rebuild"), cwd=CHECKOUT, env=environment(copy.workspace), check=False
    )
    assert done.returncode == 0
    assert content(copy.workspace) == before
    assert list(copy.workspace.var.glob(".*")) == []
