from pathlib import Path

import pytest

from tests.catalog.conftest import mistake
from tickertone.catalog.known import require_known
from tickertone.errors import ConfigError


def test_where_there_is_no_name_to_choose_from_that_is_said():
    with pytest.raises(ConfigError) as error:
        require_known("data/x.yaml", "published figure for news", "theirs", [])
    assert error.value.expected == "a published figure for news that is declared; there is none"


def test_a_model_trained_on_an_unknown_data_set_is_told(data: Path):
    error = mistake(data, ("[tweets]", "[tweet]"), file="models.yaml")
    assert error.place == "data/models.yaml, models.bag.trained_on"
    assert "did you mean 'tweets'" in error.remedy


def test_a_model_cannot_train_on_a_data_set_without_a_train_split(data: Path):
    error = mistake(data, ("[tweets]", "[news]"), file="models.yaml")
    assert "news, which has no split 'train'" in error.found
    assert error.expected == "one of tweets, tweets_again, blogs, topics"


def test_a_model_learns_one_task(data: Path):
    error = mistake(data, ("[tweets]", "[tweets, topics]"), file="models.yaml")
    assert error.found == "data sets of several tasks: mood, topic"
