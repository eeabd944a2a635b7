"""A kill takes at most what was under way: what was answered before is not asked for again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.models.tiny import texts

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


def started(server, folder):
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.endpoint.one_scoring", server.url, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def test_after_a_kill_nothing_is_paid_for_twice(server, tmp_path):
    server.delay = 0.1
    killed = started(server, tmp_path)
    while sum(server.answered.values()) < 8:
        assert killed.poll() is None
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    time.sleep(3 * server.delay)  # what the server still works on for the dead client
    server.delay = 0.0
    before = sum(server.answered.values())
    with started(server, tmp_path) as later:
        sent, spent = later.communicate()[0].split()
    assert later.returncode == 0
    assert len(server.answered) == len(texts())
    assert int(sent) == sum(server.answered.values()) - before
    assert set(server.answered.values()) <= {1, 2}
    twice = sum(count == 2 for count in server.answered.values())
    assert twice <= 2  # those under way at the kill, at most as many as may be under way at once
    with started(server, tmp_path) as last:
        again, spent_again = last.communicate()[0].split()
    assert (again, spent_again) == ("0", spent)


def test_two_processes_ask_for_everything_once_between_them(server, tmp_path):
    server.delay = 0.02
    both = [started(server, tmp_path) for _ in range(2)]
    sent = [int(each.communicate()[0].split()[0]) for each in both]
    assert sorted(sent) == [0, len(texts())]
    assert set(server.answered.values()) == {1}
