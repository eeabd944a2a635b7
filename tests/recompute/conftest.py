"""Where the scenarios start."""

import os
from unittest.mock import patch

import pytest

from tests.dag.bench import EXPERIMENT, MODELS, Bench
from tests.dag.claiming import make_claims
from tests.dag.lineage import lineage
from tests.models.tiny import tiny_base
from tickertone.training import worker
from tickertone.training.request import FitRequest, Measurements


def fit_here(request: FitRequest, _say: object) -> Measurements:
    """A fit's own process takes seconds to start; `tests/training` looks after that."""
    request.scratch.mkdir(parents=True, exist_ok=True)
    with patch.dict(os.environ):  # what a worker settles for itself, no later test inherits
        return worker.run(request)


@pytest.fixture(autouse=True)
def _fits_here(monkeypatch):
    monkeypatch.setattr("tickertone.stages.finetune.fit_in_process", fit_here)


def one_millisecond(*_asked: object) -> float:
    """What a member costs is measured, so that each workspace has its own figure on the page."""
    return 1.0


@pytest.fixture(autouse=True)
def _costs_are_alike(monkeypatch):
    monkeypatch.setattr("tickertone.dag.planners.frontier.milliseconds_a_text", one_millisecond)


@pytest.fixture(scope="session")
def ran_encoder(tmp_path_factory):
    """A workspace with a linear model and a tiny encoder that has been run."""
    import torch

    torch.set_num_threads(1)
    bench = Bench(tmp_path_factory.mktemp("ran encoder"))
    base = tiny_base(bench.workspace.root / "bases" / "tiny")
    encoder = {
        "family": "encoder",
        "trained_on": ["demo_headlines"],
        "base": {"folder": "bases/tiny"},
        "tuning": "full",
        "max_length": 32,
        "epochs": 2,
        "learning_rate": 3e-3,
        "precision": "float32",
    }
    assert base.folder
    bench.write("models.yaml", {"models": {"words": MODELS["models"]["words"], "tiny": encoder}})
    targets = {"headlines": EXPERIMENT["targets"]["headlines"]}
    small = {**EXPERIMENT, "targets": targets, "models": ["words", "tiny"]}
    bench.write("experiments/small.yaml", small)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tickertone.stages.finetune.fit_in_process", fit_here)
        summary, _ = bench.run()
    assert summary.failures == ()
    return bench


@pytest.fixture(scope="session")
def ran_lineage(tmp_path_factory):
    """A workspace with models that start from a model which is itself in no experiment."""
    import torch

    torch.set_num_threads(1)
    bench = lineage(tmp_path_factory.mktemp("ran lineage"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tickertone.stages.finetune.fit_in_process", fit_here)
        summary, _ = bench.run()
    assert summary.failures == ()
    return bench


@pytest.fixture(scope="session")
def ran_claims(ran_once, tmp_path_factory):
    """A workspace whose experiment tests claims, and that has been run."""
    bench = ran_once.copied_to(tmp_path_factory.mktemp("ran claims") / "copy")
    make_claims(bench)
    summary, _ = bench.run()
    assert summary.failures == ()
    return bench


@pytest.fixture(scope="session")
def ran_budgets(ran_once, tmp_path_factory):
    """A workspace whose experiment asks all there is of few labels, and that has been run."""
    bench = ran_once.copied_to(tmp_path_factory.mktemp("ran budgets") / "copy")
    budgets = {"per_class": [0, 2, 8], "draws": 4, "compare": "stacking", "frontier": 2}
    bench.edit("experiments/small.yaml", lambda c: c.update(budgets=budgets, transfer=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tickertone.dag.planners.frontier.milliseconds_a_text", one_millisecond)
        summary, _ = bench.run()
    assert summary.failures == ()
    return bench
