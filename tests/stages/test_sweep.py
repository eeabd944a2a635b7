"""A combiner at every budget, in every draw."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.stages.scored_split import LABELS, skilled_logits, work_for, write_logits, write_split
from tickertone.stages.hits import read_hits
from tickertone.stages.sweep import run

FIT = np.random.default_rng(1).integers(3, size=90)
TEST = np.random.default_rng(2).integers(3, size=60)
MEMBERS = {"strong": 2.5, "weak": 0.4}
PICK = {"kind": "pick_best"}


def sweep(folder, *, combiner=PICK, per_class=(0, 1, 8), draws=5, fit=True, test_labels=TEST):
    """Run the stage on two members that know FIT and TEST."""
    data = folder / "data"
    inputs = {"test": (write_split(data / "test.parquet", test_labels),)}
    parts = [("test", "test", TEST)]
    if fit:
        inputs["fit"] = (write_split(data / "dev.parquet", FIT),)
        parts.append(("fit", "dev", FIT))
    for seed, (member, strength) in enumerate(MEMBERS.items()):
        for role, split, labels in parts:
            texts = [f"{split}-t{i:03}" for i in range(len(labels))]
            logits = skilled_logits(labels, strength, seed)
            inputs[f"{role}:{member}"] = write_logits(data / member / split, texts, logits)
    settings = {
        "combiner": combiner,
        "labels": LABELS,
        "members": [{"name": name, "labels": LABELS} for name in MEMBERS],
        "per_class": list(per_class),
        "draws": draws,
    }
    return run(work_for(folder, settings, inputs))


def rows(product, name):
    (path,) = product.outputs[name].files
    return pq.read_table(path).to_pylist()


def accuracies(product, k):
    return [row["accuracy"] for row in rows(product, "curve") if row["k"] == k]


def test_every_budget_is_drawn_as_often_as_asked_and_no_label_is_drawn_once(tmp_path):
    curve = rows(sweep(tmp_path), "curve")

    assert [(row["k"], row["draw"]) for row in curve] == [
        (0, 0),
        *((k, draw) for k in (1, 8) for draw in range(5)),
    ]
    assert {row["n"] for row in curve} == {len(TEST)}


def test_without_labels_it_is_the_mean(tmp_path):
    mean = sweep(tmp_path / "mean", combiner={"kind": "mean"}, per_class=[0], fit=False)

    assert accuracies(sweep(tmp_path / "pick"), 0) == accuracies(mean, 0)


def test_with_enough_labels_the_better_member_is_found_in_every_draw(tmp_path):
    product = sweep(tmp_path)
    strong = skilled_logits(TEST, MEMBERS["strong"], 0)

    expected = (strong.argmax(axis=1) == TEST).mean()
    assert accuracies(product, 8) == pytest.approx([expected] * 5)
    weights = {(row["k"], row["member"]): row["weight"] for row in rows(product, "weights")}
    assert weights[8, "strong"] == 1
    assert weights[0, "strong"] == 0.5


def test_hits_are_the_texts_behind_the_accuracies(tmp_path):
    product = sweep(tmp_path)

    hits = read_hits(product.outputs["hits"].files[0], len(TEST))

    assert {k: found.shape for k, found in hits.items()} == {0: (1, 60), 1: (5, 60), 8: (5, 60)}
    for k, found in hits.items():
        assert found.mean(axis=1) == pytest.approx(accuracies(product, k))


def test_test_labels_change_the_score_and_no_weight(tmp_path):
    honest = sweep(tmp_path / "honest")
    other = sweep(tmp_path / "other", test_labels=(TEST + 1) % 3)

    assert accuracies(honest, 8) != accuracies(other, 8)
    assert rows(honest, "weights") == rows(other, "weights")


def test_a_larger_budget_than_there_are_labels_takes_all_of_them(tmp_path):
    product = sweep(tmp_path, combiner={"kind": "stacking", "c": 0.1}, per_class=[1000], draws=3)

    assert len(set(accuracies(product, 1000))) == 1  # all draws are the same rows


def test_equal_inputs_give_equal_bytes(tmp_path):
    one, other = (
        sweep(tmp_path / name, combiner={"kind": "greedy", "rounds": 9}) for name in ("a", "b")
    )

    for name in ("curve", "hits", "weights"):
        (first,), (second,) = one.outputs[name].files, other.outputs[name].files
        assert first.read_bytes() == second.read_bytes()
