"""A store that nobody may write, root included: what can still be asked, and what is refused."""

import sys

import pytest

from tests.crash.flow import command, environment
from tests.crash.mounts import namespace, needs_mounts

pytestmark = [pytest.mark.slow, needs_mounts]


@pytest.fixture
def ask(copy):
    """Runs a command on a store that was run once and can then only be read."""
    with namespace() as ours:
        ours.read_only(copy.workspace.var)
        yield lambda line: ours.run(line, environment(copy.workspace))


def stored(bench):
    """Every file below var/, with its size and time."""
    found = ((path, path.stat()) for path in sorted(bench.workspace.var.rglob("*")))
    return [(path, seen.st_size, seen.st_mtime_ns) for path, seen in found]


@pytest.mark.parametrize(
    "question",
    [
        ("plan", "small", "--check"),
        ("why", "finetune words"),
        ("leaderboard", "small"),
        ("sql", "SELECT count(*) FROM logits"),
        ("prune",),
    ],
    ids=lambda question: question[0],
)
def test_what_only_reads_answers(ask, question):
    done = ask(command(*question))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (command("run", "small"), 2),
        ([sys.executable, "-m", "tests.crash.run_here", "small"], 1),
        (command("rebuild"), 1),
        (command("prune", "--yes"), 1),
    ],
    ids=["run", "run without Prefect", "rebuild", "prune"],
)
def test_what_writes_ends_with_one_error_and_its_remedy(ask, copy, line, status):
    before = stored(copy)
    done = ask(line)
    assert done.returncode == status
    assert done.stderr.count("error:") == 1
    assert "Read-only file system" in done.stderr
    assert "remedy:   make the disk writable" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert stored(copy) == before
