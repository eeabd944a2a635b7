"""A data set that leaves texts out by a list that a user supplies."""

import pytest

from tests.dag.claiming import make_claims
from tickertone.dag.plan import plan_experiment

pytestmark = pytest.mark.slow

LIST = "exclusions/seen.txt"
WARNING = f"target unseen is left out: there is no data/{LIST}"
CLAIM = {
    "paper": "p",
    "claim": "1",
    "statement": "s",
    "comparisons": [{"target": "unseen", "better": ["letters"], "than": [0.0]}],
}


@pytest.fixture
def excluding(copy):
    """The small workspace with a target more: its wires without those on a list."""

    def leave_out(content):
        wires = content["datasets"]["demo_wires"]
        content["datasets"]["demo_wires"] = {**wires, "related": "wires"}
        content["datasets"]["unseen"] = {**wires, "related": "wires", "exclude": LIST}

    def aim(content):
        wires = content["targets"]["wires"]
        content["targets"]["unseen"] = {**wires, "test": {"dataset": "unseen", "split": "test"}}

    copy.edit("datasets.yaml", leave_out)
    copy.edit("experiments/small.yaml", aim)
    make_claims(copy, [CLAIM], {})
    return copy


def write_list(bench, ids):
    path = bench.data / LIST
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{i}\n" for i in ids))


def of_wires(bench):
    return [i for (i,) in bench.ask("SELECT text_id FROM examples WHERE dataset = 'demo_wires'")]


def test_without_the_list_the_target_is_left_out_with_a_warning_and_nothing_fails(excluding):
    planned = plan_experiment(excluding.workspace, "small")
    assert not [step for step in planned.steps if "unseen" in step.step]
    assert planned.warnings[0].startswith(WARNING)
    summary, _ = excluding.run()
    assert summary.failures == ()
    assert summary.warnings[0].startswith(WARNING)
    ((verdict, why),) = excluding.ask("SELECT verdict, why FROM claims WHERE part = 1")
    assert verdict == "not measurable"
    assert LIST in why


def test_with_the_list_its_texts_are_set_aside_and_no_text_is_scored_again(excluding):
    seen = of_wires(excluding)[:30]
    write_list(excluding, seen)
    summary, _ = excluding.run()
    assert (summary.failures, summary.warnings) == ((), ())
    assert set(of_wires(excluding)) > set(seen)
    kept = excluding.ask("SELECT text_id FROM examples WHERE dataset = 'unseen'")
    assert {i for (i,) in kept} == set(of_wires(excluding)) - set(seen)
    reason = "SELECT reason, count(*) FROM quarantine WHERE dataset = 'unseen' GROUP BY 1"
    assert ("on the list of exclusions", 30) in excluding.ask(reason)
    (n,) = excluding.ask(
        "SELECT DISTINCT n FROM leaderboard WHERE target = 'unseen' AND split = 'full'"
    )
    assert n == (len(kept),)
    assert excluding.ask("SELECT verdict FROM claims WHERE part = 1") == (("holds",),)


def test_another_list_costs_that_data_set_alone(excluding):
    ids = of_wires(excluding)
    write_list(excluding, ids[:30])
    excluding.run()
    write_list(excluding, ids[:40])
    done = excluding.computed()
    assert {"ingest unseen", "validate unseen", "evaluate small/unseen"} <= done
    assert not [step for step in done if "demo" in step or step.startswith("finetune")]
