"""Made-up findings: one target that was measured, one that was not."""

from typing import Any

import pytest

from tickertone.report.findings import DatasetFindings, Findings, SplitCount, TargetFindings

LABELS = ("negative", "neutral", "positive")


def row(system: str, kind: str, accuracy: float, **more: Any) -> dict[str, Any]:
    scores = dict.fromkeys(
        ("macro_f1", "weighted_f1", "mcc", "log_loss", "brier", "ece"), round(1 - accuracy, 3)
    )
    return {
        "split": "full",
        "system": system,
        "kind": kind,
        "n": 1200,
        "accuracy": accuracy,
        "accuracy_low": accuracy - 0.02,
        "accuracy_high": accuracy + 0.02,
        **scores,
        "p_vs_best": None,
        "p_holm": None,
        "contaminated": None,
        **more,
    }


def leaderboard() -> list[dict[str, Any]]:
    full = [
        row("mean", "combiner", 0.88),
        row("minilm", "model", 0.871, p_vs_best=0.2, p_holm=0.4),
        row("finbert", "model", 0.852, p_vs_best=0.01, p_holm=0.02, contaminated="saw FPB: card"),
        row("tfidf", "model", 0.81, p_vs_best=1e-7, p_holm=2e-7),
    ]
    clean = [{**r, "split": "clean", "n": 1100, "accuracy": r["accuracy"] - 0.01} for r in full]
    return full + clean


def confusion(system: str) -> list[dict[str, Any]]:
    return [
        {"split": "full", "system": system, "label": a, "predicted": b, "n": 360 if a == b else 20}
        for a in LABELS
        for b in LABELS
    ]


def target() -> TargetFindings:
    return TargetFindings(
        leaderboard=leaderboard(),
        pool=("minilm", "finbert", "tfidf"),
        evaluations=[
            {"split": "full", "system": s, "metric": m, "label": label, "value": 0.765}
            for s in ("mean", "minilm", "finbert", "tfidf")
            for label in LABELS
            for m in ("precision", "recall", "f1")
        ],
        confusion=confusion("mean") + confusion("minilm"),
        reliability=[
            {"split": "full", "system": s, "n": n, "confidence": c, "accuracy": c - 0.1}
            for s in ("mean", "minilm")
            for n, c in ((20, 0.5), (300, 0.7), (880, 0.95))
        ],
        weights={
            "mean": [{"member": m, "weight": 0.5} for m in ("minilm", "tfidf")],
            "greedy": [{"member": "minilm", "weight": 0.7}, {"member": "tfidf", "weight": 0.3}],
        },
    )


@pytest.fixture
def findings() -> Findings:
    split = {"dataset": "tweets", "split": "test"}
    fit_on = {"dataset": "tweets", "split": "dev"}
    return Findings(
        experiment="trial",
        title="A trial of everything",
        target_specs={
            "tweets": {"test": split, "fit_on": fit_on},
            "wires": {"test": {"dataset": "wires", "split": "test"}, "fit_on": fit_on},
        },
        dataset_specs={
            "tweets": {
                "title": "Tweets, made up",
                "source": {"local": "demo"},
                "licence": {"name": "Apache-2.0", "commercial": True},
            },
            "wires": {
                "title": "Wires, made up",
                "source": {"hub": "owner/wires", "revision": None},
                "licence": {"name": "CC BY-NC 4.0", "commercial": False},
            },
        },
        model_specs={
            "minilm": {
                "family": "encoder",
                "base": {"package": "some-base"},
                "tuning": "lora",
                "lora": {"rank": 8},
                "seed": 3,
                "trained_on": ["tweets"],
            },
            "finbert": {
                "family": "classifier",
                "base": {"hub": "owner/finbert", "revision": None},
                "trained_on": [],
            },
            "tfidf": {
                "family": "linear",
                "features": {"kind": "tfidf"},
                "trained_on": ["tweets"],
            },
        },
        published=[
            {
                "target": "tweets",
                "system": "somebody's model",
                "accuracy": 0.912,
                "macro_f1": None,
                "weighted_f1": 0.9,
                "source": "their paper, table 2",
            }
        ],
        missing=["evaluate trial/wires"],
        targets={"tweets": target()},
        datasets={
            "tweets": DatasetFindings(
                checks=[
                    {"check": "labels", "severity": "critical", "success": True, "detail": ""},
                    {
                        "check": "near-twins",
                        "severity": "warning",
                        "success": False,
                        "detail": "100 found, none expected",
                    },
                ],
                splits={"train": SplitCount(5000, 5000), "test": SplitCount(1200, 1100)},
                quarantine=[
                    {"split": "train", "reason": "exact repeat of line 12"},
                    {"split": "train", "reason": "exact repeat of line 90"},
                    {"split": "train", "reason": "empty text"},
                ],
            )
        },
        measurements={"minilm": {"parameters": 22_700_000, "train_seconds": 125.0}},
    )
