from pathlib import Path

import pytest

from tickertone.catalog.load import load_catalog
from tickertone.errors import ConfigError

DATASETS = """\
tasks:
  mood: {labels: [negative, positive]}
  topic: {labels: [sport, money]}
datasets:
  tweets: &stanza
    title: Tweets
    task: mood
    source: {local: tweets}
    reader: {kind: delimited}
    labels: {"0": negative, "1": positive}
    licence: {name: Apache-2.0, commercial: true}
    splits:
      train: {role: train, files: [{file: train.csv}]}
      test: {role: test, files: [{file: test.csv}]}
    carve: {dev: 0.1}
    related: tweets
  tweets_again:
    <<: *stanza
    title: More of the same tweets
  news:
    <<: *stanza
    carve: {}
    splits:
      test: {role: test, files: [{file: test.csv}]}
    related: news
    check_against: [tweets]
  blogs:
    <<: *stanza
    title: Blogs
    related: null
  topics:
    <<: *stanza
    task: topic
    labels: {s: sport, m: money}
    related: null
contamination:
  - {base: someone/bert, related: news, source: its card}
"""
MODELS = """\
models:
  bag:
    family: linear
    trained_on: [tweets]
    features: {kind: tfidf}
  small:
    family: encoder
    trained_on: [tweets]
    base: {hub: someone/bert}
    tuning: full
    learning_rate: 2e-5
"""
EXPERIMENT = """\
title: First
targets:
  news:
    test: {dataset: news, split: test}
    fit_on: {dataset: tweets, split: dev}
models: [bag, small]
combiners:
  mean: {kind: mean}
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small catalog without a mistake, for tests to break."""
    folder = tmp_path / "data"
    (folder / "experiments").mkdir(parents=True)
    (folder / "datasets.yaml").write_text(DATASETS)
    (folder / "models.yaml").write_text(MODELS)
    (folder / "experiments" / "first.yaml").write_text(EXPERIMENT)
    return folder


def mistake(data: Path, *replaced: tuple[str, str], file: str = "experiments/first.yaml"):
    """What is told of the catalog with the first of each `old` made `new` in a file."""
    text = (data / file).read_text()
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    (data / file).write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_catalog(data)
    return caught.value
