"""What is set aside is made again by the next run, and nothing else is."""

import pytest

from tests.store.damage import flip, victim
from tickertone.errors import StoreBusy
from tickertone.store.in_use import at_rest, enter
from tickertone.store.mend import set_aside
from tickertone.store.verify import verify

pytestmark = pytest.mark.slow

MADE_AGAIN = {
    "snapshot": {"validate"},
    "quarantine": {"ingest"},
    "docs zip": {"validate"},
    "model file": {"finetune"},
    "logits shard": {"extract"},
    "weights": {"combine"},
    "leaderboard": {"evaluate"},
    "report page": {"report"},
    "manifest": {"extract"},
}


@pytest.mark.parametrize("kind", MADE_AGAIN)
def test_a_damaged_artifact_is_made_again_and_nothing_after_it(copy, kind):
    before = sorted(copy.ask("SELECT * EXCLUDE (fingerprint) FROM leaderboard"))
    flip(victim(copy.workspace, kind), -30)
    with at_rest(copy.workspace, "test"):
        findings = verify(copy.workspace, kept_at_rest=True).findings
        assert set_aside(copy.workspace, findings)
    computed = copy.computed()
    assert {step.split()[0] for step in computed} == MADE_AGAIN[kind]
    assert len(computed) == 1 or kind == "logits shard"
    assert verify(copy.workspace).findings == ()
    assert sorted(copy.ask("SELECT * EXCLUDE (fingerprint) FROM leaderboard")) == before


def test_what_is_set_aside_twice_is_kept_twice(copy):
    for _ in range(2):
        flip(victim(copy.workspace, "report page"), 100)
        set_aside(copy.workspace, verify(copy.workspace).findings)
        copy.run()
    assert len(list((copy.workspace.damaged / "artifacts" / "report").iterdir())) == 2


def test_a_damaged_journal_is_there_whenever_its_mending_is_killed(copy, monkeypatch):
    (journal,) = copy.workspace.runs.glob("*.jsonl")
    flip(journal, 40)
    damaged, noted = journal.read_bytes(), journal.stat().st_mtime_ns
    findings = verify(copy.workspace).findings

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tickertone.store.mend.write_durably", killed)
        with pytest.raises(KeyboardInterrupt):
            set_aside(copy.workspace, findings)
    assert journal.read_bytes() == damaged
    set_aside(copy.workspace, findings)
    assert journal.read_bytes() == damaged.partition(b"\n")[2]
    assert journal.stat().st_mtime_ns == noted
    kept = copy.workspace.damaged / "runs" / journal.name
    assert kept.read_bytes() == damaged


def test_nothing_is_set_aside_while_a_run_is_under_way(copy):
    with (
        enter(copy.workspace),
        pytest.raises(StoreBusy, match="under way"),
        at_rest(copy.workspace, "verify --mend"),
    ):
        pass


def test_a_run_that_is_closed_lets_go_of_the_store(copy):
    from tickertone.dag.run import Run

    run = Run.open(copy.workspace, "small")
    with pytest.raises(StoreBusy), at_rest(copy.workspace, "prune"):
        pass
    run.close()
    with at_rest(copy.workspace, "prune"):
        pass
