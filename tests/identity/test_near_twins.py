import csv
import os
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.identity.near_twins import clusters, find_twins
from tickertone.identity.text import near_words, normalise

# Few words and letters, so that twins, repeats and empty keys are common.
WORDS = st.sampled_from(["profit", "profits", "warning", "F5", "a", "é", "up 5%", "🚀", "http://x"])
TEXTS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), max_size=12)
LETTERS = st.lists(st.text(alphabet="abB 1-Ωß\n", max_size=14), max_size=12)
THRESHOLDS = st.sampled_from([Fraction(1, 5), Fraction(1, 2), Fraction(4, 5), Fraction(1)])


def grams_by_definition(text):
    """4-grams inside each word with its borders, written down without any trick."""
    found = set()
    for word in near_words(text).split():
        framed = f" {word} "
        found |= {framed[i : i + 4] for i in range(max(1, len(framed) - 3))}
    return found or {normalise(text), "no word in it"}


def twins_by_definition(left, right, threshold):
    found = {}
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            a, b = grams_by_definition(one), grams_by_definition(other)
            if "no word in it" in a ^ b:
                continue
            alike = Fraction(len(a & b), len(a | b)) if "no word in it" not in a else int(a == b)
            if alike >= threshold:
                found[i, j] = float(alike)
    return found


def as_mapping(twins):
    return {
        (i, j): alike
        for i, j, alike in zip(
            twins.left.tolist(), twins.right.tolist(), twins.jaccard.tolist(), strict=True
        )
    }


@pytest.mark.parametrize("texts", [TEXTS, LETTERS], ids=["words", "letters"])
def test_the_search_finds_exactly_what_comparing_all_pairs_finds(texts):
    @given(texts, texts, THRESHOLDS)
    def check(left, right, threshold):
        found = find_twins(left, right, float(threshold))
        assert as_mapping(found) == pytest.approx(twins_by_definition(left, right, threshold))
        assert len(found) == len(as_mapping(found))  # no pair twice

    check()


LONG = [f"{a}{b}{i}" for i, (a, b) in enumerate(zip("kmprstvz" * 8, "aeiou" * 12, strict=False))]


@given(
    st.lists(st.sets(st.integers(0, 59), max_size=24), min_size=2, max_size=8),
    st.sampled_from([Fraction(1, 50), Fraction(3, 5), Fraction(4, 5)]),
)
def test_twins_are_found_exactly_among_long_texts_too(dropped, threshold):
    """Of a text of sixty words each lacks some others: several shared grams are asked for."""
    texts = [" ".join(w for i, w in enumerate(LONG) if i not in out) for out in dropped]
    found = as_mapping(find_twins(texts, texts, float(threshold)))
    assert found == pytest.approx(twins_by_definition(texts, texts, threshold))


@given(TEXTS, TEXTS)
def test_twins_are_symmetric(left, right):
    there, back = find_twins(left, right), find_twins(right, left)
    assert as_mapping(there) == {(j, i): alike for (i, j), alike in as_mapping(back).items()}


@given(TEXTS)
def test_twins_share_a_cluster_and_clusters_are_no_larger_than_chains_of_twins(texts):
    labels = clusters(texts)
    reach = np.eye(len(texts), dtype=bool)
    found = find_twins(texts, texts)
    reach[found.left, found.right] = True
    for _ in texts:
        reach = reach @ reach
    assert (reach == (labels[:, None] == labels[None, :])).all()


def test_urls_case_and_punctuation_make_no_difference():
    found = find_twins(
        ["Profit WARNING: shares fall! https://example.org/a"], ["profit warning, shares fall"]
    )
    assert found.jaccard.tolist() == [1.0]


def test_a_short_word_is_the_twin_of_itself_only():
    assert as_mapping(find_twins(["F5", "a", "I"], ["f5!", "F6", "a", "b"])) == {
        (0, 0): 1.0,
        (1, 2): 1.0,
    }


def test_texts_without_words_are_twins_only_if_they_are_the_same():
    bare = ["https://example.org/a", "https://example.org/b", "🚀"]
    assert as_mapping(find_twins(bare, bare)) == {(0, 0): 1.0, (1, 1): 1.0, (2, 2): 1.0}


def test_no_texts_have_no_twins():
    assert len(find_twins([], [])) == 0
    assert len(find_twins(["a text"], [])) == 0
    assert clusters([]).tolist() == []


def test_clusters_are_numbered_by_first_appearance():
    texts = ["profit warning from the bank", "dividend rises", "Profit warning from the bank!"]
    assert clusters(texts).tolist() == [0, 1, 0]


@pytest.mark.parametrize("threshold", [0, -1, 1.1])
def test_a_threshold_that_makes_no_sense_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold"):
        find_twins(["a"], ["a"], threshold)


@pytest.fixture(scope="module")
def tweets():
    mirror = os.environ.get("TICKERTONE_MIRROR")
    if not mirror:
        pytest.skip("TICKERTONE_MIRROR is not set: no real tweets")
    folder = Path(mirror) / "twitter_financial_news"

    def texts(name):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            return [row["text"] for row in csv.DictReader(file)]

    return texts("sent_train.csv"), texts("sent_valid.csv")


def ascii_only(text):
    """Every character beyond ASCII a space, as the known figure counts."""
    return re.sub(r"[^\x00-\x7f]", " ", normalise(text))


def test_the_known_figure_of_169_tweets_is_168_and_one_in_chinese(tweets):
    train, test = tweets
    ours = set(find_twins(test, train).left.tolist())
    known = find_twins([ascii_only(t) for t in test], [ascii_only(t) for t in train])
    assert len(set(known.left.tolist())) == 169
    assert len(ours) == 168
    assert ours < set(known.left.tolist())
    (only,) = set(known.left.tolist()) - ours
    assert sum("\u4e00" <= letter <= "\u9fff" for letter in test[only]) >= 10


def test_39_tweets_are_identical_to_one_of_train_once_urls_are_removed(tweets):
    def bare(text):
        return " ".join(re.sub(r"https?://\S+", " ", text).lower().split())

    train, test = tweets
    known = {bare(text) for text in train}
    same = {i for i, text in enumerate(test) if bare(text) in known}
    assert len(same) == 39
    assert same <= set(find_twins(test, train).left.tolist())


def test_130_tweets_of_train_repeat_once_urls_and_punctuation_are_gone(tweets):
    train, _ = tweets
    assert len(train) - len({near_words(ascii_only(text)) for text in train}) == 130
