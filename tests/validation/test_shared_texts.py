"""Published sets that share texts are found as such, and stop until they are declared related."""

import os
from pathlib import Path

import pytest

from tickertone.catalog.load import load_catalog
from tickertone.datasets.ingest import snapshot_split
from tickertone.datasets.readers.choose import SourceFile, read_split
from tickertone.datasets.sources.locate import find_here
from tickertone.validation.contamination import clean_rows
from tickertone.validation.leak_checks import overlap_checks
from tickertone.validation.rows import Rows
from tickertone.validation.rules import Rules

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("TICKERTONE_MIRROR" not in os.environ, reason="TICKERTONE_MIRROR is unset"),
]
DATA = Path(__file__).resolve().parents[2] / "data"
CATALOG = load_catalog(DATA)


def rows(name: str, split: str) -> Rows:
    spec = CATALOG.datasets[name]
    files = []
    for file in spec.splits[split].files:
        found = find_here(spec.source, split, file, DATA)
        assert found is not None
        files.append(SourceFile(file.file, found.place, found.read(), file.label))
    table = snapshot_split(
        split,
        read_split(spec.reader, files),
        task=spec.task,
        labels=spec.labels,
        max_characters=spec.max_characters,
        at_most=spec.splits[split].at_most,
    ).accepted
    pairs = zip(table["text"].to_pylist(), table["text_b"].to_pylist(), strict=True)
    texts = [a if b is None else f"{a} {b}" for a, b in pairs]
    return Rows(name, split, table["example_id"].to_pylist(), texts, table["label"].to_pylist())


def stops(test: Rows, train: Rows) -> bool:
    splits = {"test": {"role": "test"}}
    rules = Rules.model_validate(
        {
            "name": test.dataset,
            "dataset": {"labels": ["any"], "splits": splits, "max_characters": 1},
            "task": {"name": "any", "labels": ["any"]},
        }
    )
    leaks = clean_rows(test, [train])[1]
    return any(check.stops for check in overlap_checks(rules, "test", len(test), leaks))


@pytest.mark.parametrize(
    ("test", "train"), [("sst2", "cornell_rt"), ("stsb", "mrpc"), ("mrpc", "stsb")]
)
def test_sets_that_are_related_share_too_many_texts_to_be_compared(test, train):
    assert stops(rows(test, "test"), rows(train, "train"))
    assert CATALOG.datasets[test].related == CATALOG.datasets[train].related


@pytest.mark.parametrize(
    ("test", "train"),
    [
        ("stsb_unshared", "mrpc"),
        ("mrpc", "stsb_unshared"),
        ("sst2", "yelp_sentences"),
        ("tweeteval_binary", "sst2"),
        ("amazon_reviews", "cornell_rt"),
    ],
)
def test_sets_that_are_compared_share_few(test, train):
    assert not stops(rows(test, "test"), rows(train, "train"))
