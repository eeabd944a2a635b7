"""The demo data holds what its README says, warts included."""

import csv
from collections import Counter
from pathlib import Path

import pytest
import yaml

from tickertone.catalog.experiments import ExperimentSpec
from tickertone.identity.text import near_key

DATA = Path(__file__).resolve().parents[2] / "data"
LABELS = {"negative", "neutral", "positive"}


def headlines(split: str) -> list[tuple[str, str]]:
    path = DATA / "demo" / f"headlines_{split}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return [(row["text"], row["label"]) for row in csv.DictReader(file)]


def wires() -> list[tuple[str, str]]:
    lines = (DATA / "demo" / "wires.txt").read_bytes().decode("latin-1").splitlines()
    return [(text, label) for text, _, label in (line.rpartition("@") for line in lines)]


def grams(text: str) -> set[str]:
    key = near_key(text)
    return {key[i : i + 4] for i in range(len(key) - 3)}


def test_files_have_the_rows_and_labels_that_the_readme_states():
    train, test, wire = headlines("train"), headlines("test"), wires()
    assert (len(train), len(test), len(wire)) == (276, 120, 80)
    assert Counter(label for _, label in train) == {
        "negative": 71,
        "neutral": 120,
        "positive": 84,
        "bullish": 1,
    }
    assert Counter(label for _, label in test) == {"negative": 33, "neutral": 48, "positive": 39}
    assert Counter(label for _, label in wire) == {"negative": 18, "neutral": 38, "positive": 24}


def test_train_has_one_repeat_one_conflict_one_unknown_label_and_one_empty_text():
    train = headlines("train")
    rows = Counter(train)
    assert [text[:11] for (text, _), n in rows.items() if n > 1] == ["Kestrabank'"]
    labels_of = {text: {label for t, label in train if t == text} for text, _ in train}
    assert [t[:8] for t, labels in labels_of.items() if len(labels) > 1] == ["Ostervik"]
    assert [label for _, label in train if label not in LABELS] == ["bullish"]
    assert [label for text, label in train if not text] == ["neutral"]


def test_three_texts_of_train_hold_line_breaks():
    assert sum("\n" in text for text, _ in headlines("train")) == 3


def test_exactly_four_test_texts_have_a_near_twin_in_train_and_none_is_equal_to_it():
    train = {text: grams(text) for text, _ in headlines("train") if text}
    twins = []
    for text, label in headlines("test"):
        own = grams(text)
        for other, others in train.items():
            if len(own & others) / len(own | others) >= 0.8:
                twins.append((text, other))
                assert (other, label) in headlines("train")
    assert len(twins) == 4
    assert all(text != other for text, other in twins)


def test_apart_from_the_planted_ones_no_two_texts_are_alike():
    texts = sorted({t for t, _ in headlines("train") + headlines("test") + wires() if t})
    keys = [grams(text) for text in texts]
    alike = [len(a & b) / len(a | b) for i, a in enumerate(keys) for b in keys[:i]]
    assert sum(jaccard >= 0.5 for jaccard in alike) == 4


def test_wires_hold_at_signs_and_letters_of_latin_1():
    assert sum("@" in text for text, _ in wires()) == 5
    assert sum(not text.isascii() for text, _ in wires()) == 20
    with pytest.raises(UnicodeDecodeError):
        (DATA / "demo" / "wires.txt").read_bytes().decode("utf-8")


@pytest.mark.parametrize("name", ["demo", "financial"])
def test_experiments_are_valid(name):
    path = DATA / "experiments" / f"{name}.yaml"
    spec = ExperimentSpec.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert set(spec.combiners) == {
        "mean",
        "half_hard_mean",
        "majority_vote",
        "pick_best",
        "stacking",
        "greedy",
    }
    assert spec.bootstrap_draws == 1000


def test_published_figures_name_their_source():
    rows = yaml.safe_load((DATA / "published.yaml").read_text(encoding="utf-8"))["published"]
    assert len(rows) == 14
    for row in rows:
        assert set(row) == {"target", "system", "accuracy", "macro_f1", "weighted_f1", "source"}
        assert row["target"] == "tfsn"
        assert 0.6 < row["accuracy"] <= 0.907  # none known above
        assert row["source"]
