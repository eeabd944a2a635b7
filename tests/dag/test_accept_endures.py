"""What was accepted outlives a prune, a lost database, a kill, and a second call at once."""

import json
import multiprocessing
import os
import signal

import pytest

from tests.dag.code_change import EXTRACT, WORKER
from tests.dag.vouching import (
    EXTRACTS,
    FINETUNE,
    accepted,
    fingerprint,
    numbers,
    would_run,
)
from tickertone.catalog.load import load_catalog
from tickertone.dag.reach import reach
from tickertone.dag.withdraw import withdraw
from tickertone.store.acceptances import read_acceptances
from tickertone.store.artifacts import Artifacts
from tickertone.store.backup import backup
from tickertone.store.prune import prune
from tickertone.store.restore import restore
from tickertone.store.verify import verify

pytestmark = pytest.mark.slow


def test_a_prune_keeps_what_was_accepted_and_drops_what_it_was_made_from(copy, edit):
    before = numbers(copy)
    edit(WORKER)
    edit(EXTRACT)
    old = fingerprint(copy, "finetune", "words")
    accepted(copy, "finetune", "extract")
    copy.run()
    prune(copy.workspace, lambda: reach(copy.workspace, load_catalog(copy.data)))
    assert not (copy.workspace.artifacts / "finetune" / old).exists()
    assert copy.computed() == set()
    assert numbers(copy) == before
    assert verify(copy.workspace).findings == ()
    withdraw(copy.workspace)
    assert would_run(copy) >= FINETUNE


def test_a_database_that_is_lost_after_accepting_is_loaded_again(copy, edit):
    edit(EXTRACT)
    accepted(copy, "extract")
    before = numbers(copy)
    copy.workspace.database.unlink()
    assert copy.computed() == set()
    assert numbers(copy) == before


def test_a_backup_holds_the_log(copy, edit, tmp_path):
    edit(WORKER)
    accepted(copy, "finetune")
    before = read_acceptances(copy.workspace)
    backup(copy.workspace, tmp_path / "backup")
    restore(copy.workspace, tmp_path / "backup", lambda _draft: None, force=True)
    assert read_acceptances(copy.workspace) == before
    assert would_run(copy) == set()
    assert verify(copy.workspace).findings == ()


@pytest.mark.parametrize("after", [1, 6, 11])
def test_killed_at_any_moment_it_leaves_nothing_half_done(copy, edit, after):
    """SIGKILL at the nth durable step; then the same command finishes the work."""
    edit(WORKER)
    edit(EXTRACT)
    before = numbers(copy)
    child = multiprocessing.get_context("fork").Process(target=_killed, args=(copy, after))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    artifacts = Artifacts(copy.workspace)
    told = {v.new for a in read_acceptances(copy.workspace) for v in a.results}
    for path in copy.workspace.artifacts.glob("*/[0-9a-f]*/manifest.json"):
        there = artifacts.read(path.parent.parent.name, path.parent.name)
        assert artifacts.damage(there, hashes=True) == []
        assert "accepted" not in there.facts or there.fingerprint in told
    accepted(copy, "finetune", "extract")
    assert would_run(copy) == set()
    assert numbers(copy) == before
    while any(a.withdrawn is None for a in read_acceptances(copy.workspace)):
        withdraw(copy.workspace)
    assert would_run(copy) >= FINETUNE
    assert numbers(copy) == before


def _killed(bench, after):
    from tickertone.store import rekey

    left = iter(range(after))
    sync = rekey.sync_file

    def dying(path):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        sync(path)

    rekey.sync_file = dying
    accepted(bench, "finetune", "extract")


def test_two_at_once_accept_each_result_once(copy, edit):
    edit(WORKER)
    edit(EXTRACT)
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=_accept_and_leave, args=(copy,)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    (acceptance,) = read_acceptances(copy.workspace)
    assert {v.step for v in acceptance.results} == FINETUNE | EXTRACTS
    assert would_run(copy) == set()


def _accept_and_leave(bench):
    accepted(bench, "finetune", "extract")
    # A fork has the exit hooks of Prefect, where earlier tests ran flows, and no thread of theirs.
    os._exit(0)


def test_its_journal_says_of_each_step_that_it_was_accepted(copy, edit):
    edit(WORKER)
    done = accepted(copy, "finetune")
    lines = (copy.workspace.runs / f"{done.acceptance.id}.jsonl").read_text().splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == ["accepted", "accepted"]
