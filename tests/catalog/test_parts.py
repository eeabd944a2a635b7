"""Parts of a target: how they are declared, and what they may be used for."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tickertone.catalog.lineage import learnt_splits
from tickertone.catalog.load import load_catalog
from tickertone.errors import ConfigError

PARTS = {"dev": 0.1, "labels": 0.2, "unlabelled": 0.2}


def edit(data: Path, name: str, change: Any) -> None:
    file = data / name
    content = yaml.safe_load(file.read_text())
    change(content)
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def carved(data: Path, shares: dict[str, float], **target: Any) -> None:
    """`tweets` in parts, and a target made of it, whose models are trained on blogs."""

    def datasets(content: Any) -> None:
        content["datasets"]["tweets"] |= {"carve": shares, "check_against": ["blogs"]}

    def experiment(content: Any) -> None:
        refs = {"test": "test", "fit_on": "labels", "unlabelled": "unlabelled"} | target
        content["targets"] = {
            "tweets": {of: {"dataset": "tweets", "split": split} for of, split in refs.items()}
        }
        content["models"] = ["bag"]

    edit(data, "datasets.yaml", datasets)
    edit(data, "models.yaml", lambda c: c["models"]["bag"].update(trained_on=["blogs"]))
    edit(data, "experiments/first.yaml", experiment)


def mistake(data: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_catalog(data)
    return caught.value


def test_parts_are_splits_in_the_order_of_carving(data: Path):
    carved(data, {"unlabelled": 0.2, "labels": 0.2, "dev": 0.1})
    spec = load_catalog(data).datasets["tweets"]
    assert spec.split_names == ("train", "test", "dev", "labels", "unlabelled")
    assert [*spec.carve.shares] == ["dev", "labels", "unlabelled"]


def test_a_carved_test_is_only_scored(data: Path):
    def no_test(content: Any) -> None:
        del content["datasets"]["tweets"]["splits"]["test"]

    carved(data, {**PARTS, "test": 0.3})
    edit(data, "datasets.yaml", no_test)
    spec = load_catalog(data).datasets["tweets"]
    assert [name for name in spec.split_names if spec.is_test(name)] == ["test"]


@pytest.mark.parametrize(
    ("shares", "found"),
    [
        ({"dev": 0.5, "labels": 0.5}, "leave nothing of train"),
        ({"test": 0.2}, "there is a split of that name"),
        ({"labels": -0.1}, "labels"),
    ],
)
def test_shares_that_make_no_sense_are_refused(data: Path, shares, found):
    carved(data, shares)
    error = mistake(data)
    assert found in f"{error.place} {error.found}"


def test_labels_of_the_unlabelled_are_not_read(data: Path):
    carved(data, PARTS, fit_on="unlabelled", unlabelled="labels")
    error = mistake(data)
    assert error.place == "data/experiments/first.yaml, targets.tweets.fit_on"
    assert error.found == "tweets.unlabelled, whose labels nobody may read"


@pytest.mark.parametrize("split", ["test", "labels"])
def test_the_unlabelled_texts_are_neither_scored_nor_fitted_on(data: Path, split):
    carved(data, PARTS, unlabelled=split)
    error = mistake(data)
    assert error.place == "data/experiments/first.yaml, targets.tweets.unlabelled"
    assert "shares texts with test or fit_on" in error.found


def look_at(data: Path, dataset: str, split: str) -> None:
    """The target of `carved`, with unlabelled texts of another data set."""
    carved(data, PARTS)
    seen = {"dataset": dataset, "split": split}
    edit(
        data,
        "experiments/first.yaml",
        lambda c: c["targets"]["tweets"].update(unlabelled=seen),
    )


def test_unlabelled_texts_may_be_of_another_data_set_of_the_task(data: Path):
    look_at(data, "blogs", "dev")
    seen = load_catalog(data).experiment("first").targets["tweets"].unlabelled
    assert seen is not None
    assert (seen.dataset, seen.split) == ("blogs", "dev")


def test_nothing_is_looked_at_that_is_scored_though_on_another_target(data: Path):
    look_at(data, "blogs", "test")
    error = mistake(data)
    assert error.place == "data/experiments/first.yaml, targets.tweets.unlabelled"
    assert error.found == "blogs.test, whose role is test"


def test_a_sample_of_what_is_scored_is_not_looked_at_either(data: Path):
    def sampled(content: Any) -> None:
        content["datasets"]["blogs"]["samples"] = {"test_10": {"of": "test", "rows": 10}}

    edit(data, "datasets.yaml", sampled)
    look_at(data, "blogs", "test_10")
    assert mistake(data).found == "blogs.test_10, whose role is test"


def test_unlabelled_texts_are_of_the_targets_task(data: Path):
    look_at(data, "topics", "dev")
    error = mistake(data)
    assert error.place == "data/experiments/first.yaml, targets.tweets.unlabelled, data set topics"
    assert (error.found, error.expected) == ("task topic", "task mood, as the test split's")


def test_a_few_labels_are_drawn_from_data_sets_that_have_such_a_part(data: Path):
    few = {"per_class": 2, "draw": 0}
    edit(data, "models.yaml", lambda c: c["models"]["small"].update(few=few))
    error = mistake(data)
    assert error.place == "data/models.yaml, models.small.few"
    assert error.remedy == "add labels to datasets.tweets.carve, a share of train"


def test_a_model_of_few_has_learnt_the_part_they_are_drawn_from(data: Path):
    carved(data, PARTS)
    few = {"per_class": 2, "draw": 0}
    edit(data, "models.yaml", lambda c: c["models"]["small"].update(few=few))
    (learnt,) = learnt_splits("small", load_catalog(data).models)
    assert (learnt.dataset, learnt.split) == ("tweets", "labels")


def test_rows_and_few_are_not_given_both(data: Path):
    both = {"rows": 5, "few": {"per_class": 2, "draw": 0}}
    edit(data, "models.yaml", lambda c: c["models"]["bag"].update(both))
    assert "give one of the two" in mistake(data).found


def test_members_are_some_of_the_models(data: Path):
    edit(data, "experiments/first.yaml", lambda c: c.update(members=["bag", "large"]))
    assert "large is not one of models" in mistake(data).found


def test_a_label_per_file_is_given_exactly_where_the_reader_wants_it(data: Path):
    def labelled(content: Any) -> None:
        content["datasets"]["tweets"]["reader"] = {"kind": "labelled_files"}

    edit(data, "datasets.yaml", labelled)
    assert "label: give it exactly where reader.kind is labelled_files" in mistake(data).found
