"""Vouching for a change of code in a small workspace, and what can be seen of it."""

import pytest

from tickertone.dag.accept import accept
from tickertone.dag.accept_survey import Request
from tickertone.dag.last_results import LastResults
from tickertone.dag.plan import plan_experiment
from tickertone.dag.planner import Node
from tickertone.errors import StoreError
from tickertone.store.artifacts import Artifacts

BECAUSE = "a log line"
FINETUNE = {"finetune words", "finetune letters"}
EXTRACTS = {f"extract {m}/demo_{d}" for m in ("words", "letters") for d in ("headlines", "wires")}


def accepted(bench, *stages, **options):
    return accept(bench.workspace, Request(stages=stages, **options), BECAUSE)


def refusal(bench, *stages, **options):
    """Why nothing is accepted; the store must be as it was."""
    before = stored(bench)
    with pytest.raises(StoreError) as refused:
        accepted(bench, *stages, **options)
    assert stored(bench) == before
    return str(refused.value)


def stored(bench):
    var = bench.workspace.var
    return {
        path.relative_to(var).as_posix(): path.read_bytes()
        for folder in ("artifacts", "acceptances", "runs")
        for path in (var / folder).rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def would_run(bench, experiment="small"):
    steps = plan_experiment(bench.workspace, experiment).steps
    return {step.step for step in steps if step.verdict != "cached"}


def reasons(bench, name):
    steps = plan_experiment(bench.workspace, "small").steps
    return next(step.reasons for step in steps if step.step == name)


def numbers(bench):
    """What people see, but for the fingerprints."""
    models = "model, family, base, tuning, trained_on, parameters, train_seconds, licences"
    scores = "experiment, target, split, system, n, accuracy, macro_f1, log_loss, p_vs_best"
    asked = (
        f"SELECT {models} FROM models",
        f"SELECT {scores} FROM leaderboard",
        "SELECT model, text_id, logits FROM logits",
        "SELECT dataset, example_id, system, predicted, probabilities FROM predictions",
        "SELECT dataset, split, rows_read, content_hash FROM datasets",
    )
    return [sorted(map(repr, bench.ask(sql))) for sql in asked]


def fingerprint(bench, stage, subject):
    found = LastResults(bench.workspace).of("small", Node(stage, subject))
    return found.fingerprint


def manifest(bench, stage, subject):
    return Artifacts(bench.workspace).read(stage, fingerprint(bench, stage, subject))


def add_test_rows(bench):
    rows = bench.rows("headlines_test.csv")
    new = [["Quillmere cuts its outlook for a third time", "negative"]]
    bench.write_rows("headlines_test.csv", [*rows, *new])


def add_experiment(bench, change):
    small = bench.data / "experiments" / "small.yaml"
    small.with_name("other.yaml").write_text(small.read_text())
    bench.edit("experiments/other.yaml", change)


def change_setting(bench):
    bench.edit("models.yaml", lambda c: c["models"]["words"].update(c=3.0))
