"""Models behind a server, from the catalog to the leaderboard."""

import pytest

from tests.dag.bench import EXPERIMENT, Bench
from tests.endpoint.conftest import server, tiny  # noqa: F401 - fixtures
from tickertone.dag.plan import plan_experiment
from tickertone.workspace import Workspace

pytestmark = pytest.mark.slow
KEY = "sk-tiny-0123456789-never-to-be-seen"


@pytest.fixture
def bench(server, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("TINY_KEY", KEY)
    server.key = KEY
    bench = Bench(tmp_path)
    common = {
        "family": "endpoint",
        "url": server.url,
        "model": "tiny",
        "prompt": "plain",
        "service": {"key": "TINY_KEY"},
    }
    models = {
        "zero_shot": {**common, "api": "completions", "task": "financial_sentiment"},
        "two_shot": {
            **common,
            "shots": 2,
            "trained_on": ["demo_headlines"],
            "votes": 2,
            "scores": "votes",
        },
    }
    bench.write("models.yaml", {"models": models})
    small = {**EXPERIMENT, "models": [*models], "combiners": {"mean": {"kind": "mean"}}}
    bench.write("experiments/small.yaml", small)
    return bench


def test_every_target_is_scored_and_the_key_is_in_no_file(bench, server):  # noqa: F811
    summary, _ = bench.run()
    assert summary.failures == ()
    rows = bench.ask("SELECT DISTINCT system, target FROM leaderboard WHERE kind = 'model'")
    assert len(rows) == 4
    for path in Workspace(bench.workspace.root).var.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path
    asked = len(server.bodies)

    def cheaper(file):
        for model in file["models"].values():
            model["service"]["concurrency"] = 1

    bench.edit("models.yaml", cheaper)
    assert bench.computed() == set()
    bench.edit("models.yaml", lambda file: file["models"]["zero_shot"].update(smoothing=0.7))
    assert "extract zero_shot/demo_wires" in bench.computed()  # another form: scored again,
    assert len(server.bodies) == asked  # but every question it asks has been answered


def test_texts_that_may_not_leave_are_not_sent_to_another_machine(bench, server):  # noqa: F811
    def away(file):
        for model in file["models"].values():
            model["url"] = "https://models.invalid/v1"
            model["service"] |= {"price_in": 0, "price_out": 0, "spend_at_most": 0}

    bench.edit("models.yaml", away)

    def kept(file):
        for dataset in file["datasets"].values():
            dataset["licence"]["may_leave"] = False

    bench.edit("datasets.yaml", kept)
    planned = {step.step: step for step in plan_experiment(bench.workspace, "small").steps}
    asked = planned["extract zero_shot/demo_wires"]
    assert asked.verdict == "blocked"  # although nothing that it reads is there yet
    assert "their licence does not let them leave" in asked.reasons[0]
    summary, _ = bench.run()
    refused = [str(failure) for failure in summary.failures]
    assert refused
    assert any("their licence does not let them leave" in words for words in refused)
    assert server.bodies == []
