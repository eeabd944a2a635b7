"""The demo data holds what its README says, warts included."""

import csv
import runpy
import shutil
import subprocess
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
import yaml

from tickertone.catalog.experiments import ExperimentSpec
from tickertone.identity.text import near_words

DATA = Path(__file__).resolve().parents[2] / "data"
LABELS = {"negative", "neutral", "positive"}
DOMAINS = ("earnings_calls", "customer_reviews", "workplace", "economy")
COMPANY_BANKS = ("headlines_train", "headlines_test", "wires_test")


def table(name: str) -> list[tuple[str, str]]:
    with (DATA / "demo" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return [(row["text"], row["label"]) for row in csv.DictReader(file)]


def headlines(split: str) -> list[tuple[str, str]]:
    return table(f"headlines_{split}")


def wires() -> list[tuple[str, str]]:
    lines = (DATA / "demo" / "wires.txt").read_bytes().decode("latin-1").splitlines()
    return [(text, label) for text, _, label in (line.rpartition("@") for line in lines)]


@pytest.fixture(scope="module")
def generator():
    return SimpleNamespace(**runpy.run_path(str(DATA / "demo" / "generate.py")))


def generate(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "generate.py", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def grams(text: str) -> set[str]:
    key = near_words(text).replace(" ", "")
    return {key[i : i + 4] for i in range(len(key) - 3)}


def test_the_generator_writes_the_files_that_are_checked_in(generator):
    for name, content in generator.files().items():
        assert (DATA / "demo" / name).read_bytes() == content, name


def test_check_names_a_file_that_differs_and_a_second_run_mends_it(tmp_path):
    folder = tmp_path / "demo"
    shutil.copytree(DATA / "demo", folder)
    assert generate(folder, "--check").returncode == 0
    with (folder / "economy.csv").open("a") as file:
        file.write("One more,neutral\n")
    found = generate(folder, "--check")
    assert (found.returncode, found.stdout) == (1, "economy.csv: differs from its banks\n")
    assert generate(folder).returncode == 0
    assert (folder / "economy.csv").read_bytes() == (DATA / "demo" / "economy.csv").read_bytes()


def test_all_of_it_is_smaller_than_a_megabyte():
    sizes = [path.stat().st_size for path in (DATA / "demo").rglob("*.*")]
    assert 50_000 < sum(sizes) < 1_000_000


@pytest.mark.parametrize(("one", "other"), list(combinations(COMPANY_BANKS, 2)))
def test_banks_of_train_and_test_share_no_sentence_and_no_company(generator, one, other):
    banks = [generator.Bank(name, Random(0)) for name in (one, other)]
    entries = [{e for section in bank.sections.values() for e in section} for bank in banks]
    assert not entries[0] & entries[1]
    for names, texts in ((banks[0].tickers, entries[1]), (banks[1].tickers, entries[0])):
        assert len(names) >= 7
        assert not [(name, text) for name in names for text in texts if name in text]


@pytest.mark.parametrize("name", DOMAINS)
def test_a_domain_next_to_finance_has_each_label_equally_often(name):
    rows = table(name)
    assert Counter(label for _, label in rows) == dict.fromkeys(LABELS, 40)
    assert len({text for text, _ in rows}) == 120


def test_hardly_any_two_texts_of_a_domain_are_alike():
    texts = [text for name in DOMAINS for text, _ in table(name)]
    alike = [len(a & b) / len(a | b) for a, b in combinations([grams(t) for t in texts], 2)]
    assert max(alike) < 0.8
    assert sum(jaccard >= 0.5 for jaccard in alike) < 0.05 * len(texts)


@pytest.mark.parametrize("split", ["train", "test"])
def test_tweets_are_as_noisy_as_tweets_are(split):
    texts = [text for text, _ in headlines(split)]
    for mark in ("example.", "#", "$", "RT @user:", "BREAKING:"):
        assert any(mark in text for text in texts), mark
    assert sum(text.islower() for text in texts) >= 5
    assert sum(text.isupper() for text in texts) >= 2


def test_titles_of_all_that_is_synthetic_say_so():
    datasets = yaml.safe_load((DATA / "datasets.yaml").read_text(encoding="utf-8"))["datasets"]
    demo = yaml.safe_load((DATA / "experiments" / "demo.yaml").read_text(encoding="utf-8"))
    titles = {name: spec["title"] for name, spec in datasets.items() if name.startswith("demo")}
    assert set(titles) >= {f"demo_{name}" for name in DOMAINS}
    assert all("(synthetic" in title for title in [*titles.values(), demo["title"]])


def test_files_have_the_rows_and_labels_that_the_readme_states():
    train, test, wire = headlines("train"), headlines("test"), wires()
    assert (len(train), len(test), len(wire)) == (314, 150, 100)
    assert Counter(label for _, label in train) == {
        "negative": 86,
        "neutral": 128,
        "positive": 99,
        "bullish": 1,
    }
    assert Counter(label for _, label in test) == {"negative": 45, "neutral": 54, "positive": 51}
    assert Counter(label for _, label in wire) == {"negative": 26, "neutral": 42, "positive": 32}


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


def test_apart_from_the_planted_ones_hardly_any_two_texts_are_alike():
    texts = sorted({t for t, _ in headlines("train") + headlines("test") + wires() if t})
    alike = [len(a & b) / len(a | b) for a, b in combinations([grams(t) for t in texts], 2)]
    assert sum(jaccard >= 0.8 for jaccard in alike) == 4
    assert sum(jaccard >= 0.5 for jaccard in alike) < 0.05 * len(texts)


def test_wires_hold_at_signs_and_letters_of_latin_1():
    assert sum("@" in text for text, _ in wires()) == 5
    assert sum(not text.isascii() for text, _ in wires()) == 29
    with pytest.raises(UnicodeDecodeError):
        (DATA / "demo" / "wires.txt").read_bytes().decode("utf-8")


@pytest.mark.parametrize(("name", "more"), [("demo", set()), ("financial", {"adaptive"})])
def test_experiments_are_valid(name, more):
    path = DATA / "experiments" / f"{name}.yaml"
    spec = ExperimentSpec.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert set(spec.combiners) == more | {
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
