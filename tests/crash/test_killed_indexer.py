"""SIGKILL while the database is loaded: it is then as before or as after, never between."""

import random
import subprocess
import sys
import time

import pytest

from tests.crash.flow import CHECKOUT, command, content, environment
from tests.crash.waiting import is_held, wait_for
from tickertone.store.verify import verify

pytestmark = pytest.mark.slow

KILLS = 6
_LOADING_SECONDS = 0.5  # about what it takes from taking the lock to the last row


def rows(bench):
    """What is loaded from steps; the history of runs is loaded afterwards."""
    return {name: found for name, found in content(bench.workspace).items() if name != "steps"}


def kill_while_it_loads(bench, line, draw):
    """Start a command and kill it some time after it took the database; whether it still had it."""
    lock = bench.workspace.locks / "database.lock"
    started = subprocess.Popen(
        line,
        cwd=CHECKOUT,
        env=environment(bench.workspace),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: is_held(lock) or started.poll() is not None, "loading")
    time.sleep(draw.uniform(0, _LOADING_SECONDS))
    loading = is_held(lock)
    started.kill()
    started.wait()
    return loading


def test_an_index_that_is_killed_leaves_the_rows_of_before_or_after(copy):
    before = rows(copy)
    database = copy.workspace.database.read_bytes()
    copy.edit("models.yaml", lambda m: m["models"]["letters"]["features"].update(min_df=2))
    copy.run()
    after = rows(copy)
    assert before != after
    draw, hits = random.Random(7), 0
    for _ in range(KILLS):
        copy.workspace.database.write_bytes(database)
        line = [sys.executable, "-m", "tests.crash.run_here", "small"]
        hits += kill_while_it_loads(copy, line, draw)
        assert rows(copy) in (before, after)
    assert hits > 0
    copy.run()
    assert rows(copy) == after
    assert verify(copy.workspace).findings == ()


def test_a_lost_database_whose_loading_is_killed_is_loaded_by_the_next_run(copy):
    before = rows(copy)
    copy.workspace.database.unlink()
    draw, hits = random.Random(9), 0
    line = [sys.executable, "-m", "tests.crash.run_here", "small"]
    for _ in range(KILLS // 2):
        hits += kill_while_it_loads(copy, line, draw)
    assert hits > 0
    copy.run()
    assert rows(copy) == before


def test_a_rebuild_that_is_killed_leaves_the_database_as_it_was(copy):
    before = content(copy.workspace)
    draw, hits = random.Random(8), 0
    for _ in range(KILLS):
        hits += kill_while_it_loads(copy, command("rebuild"), draw)
        assert content(copy.workspace) == before
    assert hits > 0
    done = subprocess.run(
        command("rebuild"), cwd=CHECKOUT, env=environment(copy.workspace), check=False
    )
    assert done.returncode == 0
    assert content(copy.workspace) == before
    assert list(copy.workspace.var.glob(".*")) == []
