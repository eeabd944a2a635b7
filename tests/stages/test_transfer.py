"""Which members should do well on a target, and how well that is foretold."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.stages.scored_split import LABELS, skilled_logits, work_for, write_logits, write_split
from tickertone.metrics.transfer.leep import leep
from tickertone.stages.transfer import run

FIT = np.random.default_rng(1).integers(3, size=120)
TEST = np.random.default_rng(2).integers(3, size=150)
SKILL = {"strong": 3.0, "fair": 1.5, "weak": 0.2}
TWO = ["negative", "positive"]


def transfer(folder):
    """Three members that know all labels, and one that knows two."""
    data = folder / "data"
    parts = {"fit": ("dev", FIT), "test": ("test", TEST)}
    inputs = {
        role: (write_split(data / f"{split}.parquet", labels),)
        for role, (split, labels) in parts.items()
    }
    for seed, (member, skill) in enumerate({**SKILL, "binary": 2.0}.items()):
        for role, (split, labels) in parts.items():
            logits = skilled_logits(labels, skill, seed)
            kept = logits[:, [0, 2]] if member == "binary" else logits
            texts = [f"{split}-t{i:03}" for i in range(len(labels))]
            inputs[f"{role}:{member}"] = write_logits(data / member / split, texts, kept)
    members = [{"name": name, "labels": LABELS, "source": f"{name}_set"} for name in SKILL]
    members.append({"name": "binary", "labels": TWO, "source": "reviews"})
    settings = {"labels": LABELS, "members": members, "draws": 100, "seed": 0}
    product = run(work_for(folder, settings, inputs))
    return {n: pq.read_table(o.files[0]).to_pylist() for n, o in product.outputs.items()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return transfer(tmp_path_factory.mktemp("transfer"))


def values(made, score):
    return {row["model"]: row["value"] for row in made["transfer"] if row["score"] == score}


@pytest.mark.parametrize("score", ["leep", "logme", "neg_conditional_entropy"])
def test_a_better_member_has_a_higher_score(made, score):
    found = values(made, score)
    assert found["strong"] > found["fair"] > found["weak"]


def test_scores_are_taken_on_the_labelled_part_over_the_member_s_own_labels(made):
    logits = skilled_logits(FIT, 2.0, 3).astype(np.float32).astype(np.float64)[:, [0, 2]]
    soft = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert values(made, "leep")["binary"] == pytest.approx(leep(soft, FIT))


def test_ranks_are_compared_over_those_that_can_be_right(made):
    assert {row["score"]: row["models"] for row in made["agreement"]} == {
        "leep": 3, "logme": 3, "neg_conditional_entropy": 3,
    }  # fmt: skip
    assert [row["tau"] for row in made["agreement"]] == pytest.approx([1.0] * 3)


def test_every_row_says_where_the_member_is_from(made):
    assert {row["source"] for row in made["transfer"]} == {
        "strong_set", "fair_set", "weak_set", "reviews",
    }  # fmt: skip
