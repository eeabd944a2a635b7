"""A small validated split, models that have scored it, and the Work of a stage that reads both."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tickertone.stages.work import Work
from tickertone.store.shards import ShardSet

LABELS = ["negative", "neutral", "positive"]


def write_split(path, labels, *, clean=None, text_ids=None):
    """A validated split of examples e000, e001, ... in an order that is not that of their ids."""
    count = len(labels)
    texts = text_ids or [f"{path.stem}-t{i:03}" for i in range(count)]
    rows = {
        "example_id": [f"e{i:03}" for i in range(count)],
        "text_id": texts,
        "text": [f"sentence {t}" for t in texts],
        "text_b": pa.nulls(count, pa.string()),
        "label": [LABELS[i] for i in labels],
        "entity": pa.nulls(count, pa.string()),
        "clean": [True] * count if clean is None else clean,
    }
    order = np.random.default_rng(0).permutation(count)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(rows).take(order), path)
    return path


def write_logits(folder, text_ids, logits, *, shards=2):
    """The rows of a model in several shards, each in an order of its own; the shards' paths."""
    known = ShardSet(folder)
    rows = np.asarray(logits, dtype=np.float32)
    for part in np.array_split(np.random.default_rng(1).permutation(len(rows)), shards):
        known.fill([text_ids[i] for i in part], lambda missing, part=part: rows[part][missing])
    return tuple(known.files())


def skilled_logits(labels, strength, seed):
    """Noise plus strength times the truth, shape (text, label)."""
    truth = np.eye(len(LABELS))[labels]
    return strength * truth + np.random.default_rng(seed).normal(size=truth.shape)


def work_for(folder, settings, inputs, subject="demo/target"):
    """The Work of a step whose products go to a new folder."""
    out = folder / "out"
    out.mkdir(parents=True)
    return Work(
        subject=subject,
        settings=settings,
        inputs=inputs,
        notes={},
        contents={},
        out=out,
        scratch=folder / "scratch",
        shards=folder / "shards",
        reports=folder / "reports",
        project=folder,
        say=lambda _line: None,
    )
