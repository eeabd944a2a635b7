"""A workspace in which one model starts from another: a whole T5, and what stands on it."""

from pathlib import Path
from typing import Any

from tests.dag.bench import EXPERIMENT, MODELS, Bench
from tests.models.tiny import tiny_shape

ASKED: dict[str, Any] = {"family": "seq2seq", "prompt": "short", "max_length": 128}
TUNED = {
    **ASKED,
    "trained_on": ["demo_economy"],
    "rows": 24,
    "batch_size": 8,
    "epochs": 1,
    "learning_rate": 1e-2,
}
STANZAS = {
    "words": MODELS["models"]["words"],
    "ground": {**TUNED, "tuning": "full", "base": {"made": tiny_shape("t5")}},
    "asked": {
        **ASKED,
        "tuning": "none",
        "task": "financial_sentiment",
        "base": {"model": "ground"},
    },
    "again": {**TUNED, "tuning": "full", "seed": 1, "base": {"model": "ground"}},
}


def lineage(root: Path) -> Bench:
    """`ground` is in no experiment; `asked` and `again` start from it, `words` does not."""
    bench = Bench(root)
    bench.write("models.yaml", {"models": STANZAS})
    targets = {"headlines": EXPERIMENT["targets"]["headlines"]}
    small = {**EXPERIMENT, "targets": targets, "models": ["words", "asked", "again"]}
    bench.write("experiments/small.yaml", {**small, "combiners": {"mean": {"kind": "mean"}}})
    return bench
