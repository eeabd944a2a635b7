"""The Work of a stage that reads a labelled part and a test split, and members that know both."""

import dataclasses

import numpy as np

from tests.stages.scored_split import LABELS, skilled_logits, work_for, write_logits, write_split
from tickertone.combiners.registry import make_combiner
from tickertone.stages.examples import read_examples
from tickertone.stages.few_labels import read_labelled
from tickertone.stages.pools import read_pool

FIT = np.random.default_rng(1).integers(3, size=240)
TEST = np.random.default_rng(2).integers(3, size=150)
SKILL = {"fair": 1.5, "strong": 3.0, "weak": 0.2}
TWO = ["negative", "positive"]


def few_labels_work(folder, *, test_labels=TEST, skill=SKILL, partial=(), notes=None, **settings):
    """Members of some skill that know all labels, and those of `partial`, which know two."""
    data = folder / "data"
    parts = {"fit": ("dev", FIT), "test": ("test", TEST)}
    inputs = {
        "fit": (write_split(data / "dev.parquet", FIT),),
        "test": (write_split(data / "test.parquet", test_labels),),
    }
    for seed, (member, strength) in enumerate({**skill, **dict.fromkeys(partial, 2.0)}.items()):
        for role, (split, labels) in parts.items():
            logits = skilled_logits(labels, strength, seed)
            kept = logits[:, [0, 2]] if member in partial else logits
            texts = [f"{split}-t{i:03}" for i in range(len(labels))]
            inputs[f"{role}:{member}"] = write_logits(data / member / split, texts, kept)
    members = [{"name": name, "labels": LABELS} for name in skill]
    members += [{"name": name, "labels": TWO} for name in partial]
    shared = {"name": "chosen", "labels": LABELS, "members": members, "draws": 4}
    work = work_for(folder, {**shared, **settings}, inputs)
    return dataclasses.replace(work, notes=notes or {})


def known_and_test(work):
    """What such a step reads: the labelled part, and the pool on test."""
    test = read_pool(work, "test", read_examples(work.only("test")))
    return read_labelled(work, test, drawn_evenly=True), test


def told_to_combiners(monkeypatch, stage):
    """A list that gets, for each fit in a stage, whether draws are even, and their shape."""
    told = []

    class Listening:
        def __init__(self, spec):
            self.combiner = make_combiner(spec)

        def fit(self, evidence, draws):
            told.append((evidence.drawn_evenly, draws.shape))
            return self.combiner.fit(evidence, draws)

    monkeypatch.setattr(f"tickertone.stages.{stage}.make_combiner", Listening)
    return told
