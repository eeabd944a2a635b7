from pathlib import Path

import pytest
import yaml

from tickertone.catalog.load import load_catalog
from tickertone.errors import ConfigError


def edit(data: Path, samples: dict[str, object], split: str = "test_600") -> None:
    """Samples of `news`; the target is one of them."""
    file = data / "datasets.yaml"
    content = yaml.safe_load(file.read_text())
    content["datasets"]["news"]["samples"] = samples
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    experiment = data / "experiments" / "first.yaml"
    experiment.write_text(experiment.read_text().replace("split: test}", f"split: {split}}}"))


def test_a_sample_of_a_test_split_may_be_scored(data: Path):
    edit(data, {"test_600": {"of": "test", "rows": 600}})
    catalog = load_catalog(data)
    assert catalog.experiment("first").targets["news"].test.split == "test_600"
    assert catalog.datasets["news"].split_names == ("test", "test_600")


def test_a_sample_is_of_a_split_that_there_is(data: Path):
    edit(data, {"test_600": {"of": "tset", "rows": 600}})
    with pytest.raises(ConfigError) as caught:
        load_catalog(data)
    assert "samples.test_600.of: 'tset' is not one of test" in caught.value.found


def test_a_sample_does_not_take_the_name_of_a_split(data: Path):
    edit(data, {"test": {"of": "test", "rows": 600}}, split="test")
    with pytest.raises(ConfigError) as caught:
        load_catalog(data)
    assert "there is a split of that name" in caught.value.found


def test_combiners_are_not_fitted_on_a_sample_of_what_is_scored(data: Path):
    edit(data, {"test_600": {"of": "test", "rows": 600}})
    experiment = data / "experiments" / "first.yaml"
    fit = "fit_on: {dataset: news, split: test}"
    text = experiment.read_text().replace("fit_on: {dataset: tweets, split: dev}", fit)
    experiment.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_catalog(data)
    assert caught.value.found == "news.test, whose role is test"


def test_a_sample_of_training_rows_is_no_target(data: Path):
    file = data / "datasets.yaml"
    content = yaml.safe_load(file.read_text())
    content["datasets"]["tweets"]["samples"] = {"some": {"of": "train", "rows": 10}}
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    experiment = data / "experiments" / "first.yaml"
    wrong = "test: {dataset: tweets, split: some}"
    text = experiment.read_text().replace("test: {dataset: news, split: test}", wrong)
    experiment.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_catalog(data)
    assert "role is not test" in caught.value.found
