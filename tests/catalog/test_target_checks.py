from pathlib import Path

import pytest

from tests.catalog.conftest import mistake
from tickertone.catalog.load import load_catalog

PLACE = "data/experiments/first.yaml"


@pytest.mark.parametrize(
    ("old", "new", "place", "found", "remedy"),
    [
        ("[bag, small]", "[bag, smal]", "models", "model 'smal'", "'small'"),
        ("dataset: news", "dataset: newss", "targets.news.test.dataset", "'newss'", "'news'"),
        ("split: dev", "split: devv", "targets.news.fit_on.split", "'devv'", "'dev'"),
        ("dataset: tweets, split: dev", "dataset: news, split: dev",
         "targets.news.fit_on.split", "split of news 'dev'", "correct the name"),
    ],
)  # fmt: skip
def test_a_name_that_does_not_resolve_is_told_with_the_nearest(
    data, old, new, place, found, remedy
):
    error = mistake(data, (old, new))
    assert error.place == f"{PLACE}, {place}"
    assert found in error.found
    assert error.expected.startswith("one of ")
    assert remedy in error.remedy


def test_only_a_split_with_role_test_is_a_target(data: Path):
    error = mistake(data, ("{dataset: news, split: test}", "{dataset: tweets, split: train}"))
    assert "role is not test" in error.found


def test_dev_is_no_target(data: Path):
    error = mistake(
        data,
        ("{dataset: news, split: test}", "{dataset: tweets, split: dev}"),
        ("fit_on: {dataset: tweets, split: dev}", "fit_on: {dataset: tweets_again, split: dev}"),
    )
    assert "role is not test" in error.found


def test_a_model_of_another_task_is_refused(data: Path):
    error = mistake(data, ("[tweets]", "[topics]"), file="models.yaml")
    assert error.place == f"{PLACE}, models, model bag"
    assert error.found == "task topic"
    assert error.expected == "one with two labels at least of a target's task: mood"


def test_labels_of_another_task_do_not_fit_combiners(data: Path):
    error = mistake(data, ("dataset: tweets", "dataset: topics"))
    assert error.place == f"{PLACE}, targets.news.fit_on, data set topics"


def test_a_model_may_be_scored_on_the_test_split_of_what_it_was_trained_on(data: Path):
    path = data / "experiments" / "first.yaml"
    path.write_text(path.read_text().replace("dataset: news", "dataset: tweets"))
    assert load_catalog(data).experiment("first").targets["news"].test.dataset == "tweets"


def test_combiners_do_not_fit_on_labels_related_to_the_target(data: Path):
    error = mistake(data, ("dataset: news", "dataset: tweets_again"))
    assert error.place == f"{PLACE}, targets.news.fit_on"
    assert "tweets.dev, which shares texts with tweets_again.test" in error.found


def test_a_target_needs_a_model_that_has_not_learnt_related_texts(data: Path):
    """fit_on is of a third origin, so that the model's training alone is at fault."""
    error = mistake(
        data,
        ("dataset: news", "dataset: tweets_again"),
        ("dataset: tweets, split: dev", "dataset: blogs, split: dev"),
    )
    assert error.place == f"{PLACE}, targets.news.test"
    assert "tweets_again.test, whose texts every model" in error.found


def test_a_target_needs_a_model_that_has_not_learnt_the_labels_fitted_on(data: Path):
    error = mistake(data, ("split: dev", "split: train"))
    assert error.place == f"{PLACE}, targets.news.test"
    assert "at least one model" in error.expected


def test_combiners_never_fit_on_a_split_with_role_test(data: Path):
    error = mistake(data, ("dataset: tweets, split: dev", "dataset: blogs, split: test"))
    assert error.place == f"{PLACE}, targets.news.fit_on"
    assert error.found == "blogs.test, whose role is test"
    assert error.expected == "dev, or a split with role train"


def test_a_member_is_refused_if_the_target_is_not_compared_with_what_it_learnt(data: Path):
    error = mistake(data, ("[tweets]", "[tweets, blogs]"), file="models.yaml")
    assert error.place == f"{PLACE}, targets.news, model bag"
    assert error.found == "trained on blogs, which the rows of news are not compared with"
    assert error.remedy == "add blogs to datasets.news.check_against in datasets.yaml"


def test_a_model_that_sits_a_target_out_need_not_be_compared_with_it(data: Path):
    experiment = data / "experiments" / "first.yaml"
    experiment.write_text(
        experiment.read_text()
        .replace("dataset: news", "dataset: tweets_again")
        .replace("dataset: tweets, split: dev", "dataset: blogs, split: dev")
        .replace("[bag, small]", "[bag, other]")
    )
    with (data / "models.yaml").open("a") as file:
        file.write("  other: {family: linear, trained_on: [blogs], features: {kind: tfidf}}\n")
    text = (data / "datasets.yaml").read_text()
    line = "    title: More of the same tweets\n"
    (data / "datasets.yaml").write_text(text.replace(line, line + "    check_against: [blogs]\n"))
    assert "first" in load_catalog(data).experiments
