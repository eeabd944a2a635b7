from pathlib import Path

import pytest

from flows.choices import experiment_names, model_names
from flows.nightly import nightly
from tickertone.catalog.load import load_catalog
from tickertone.errors import ConfigError

CHECKOUT = Path(__file__).parents[2]


def test_the_experiments_are_the_files_of_their_folder(tmp_path):
    (tmp_path / "experiments").mkdir()
    for name in ("small", "large"):
        (tmp_path / "experiments" / f"{name}.yaml").touch()

    assert experiment_names(tmp_path) == ("large", "small")


def test_a_catalog_without_experiments_is_an_error_that_names_the_folder(tmp_path):
    with pytest.raises(ConfigError, match="experiments"):
        experiment_names(tmp_path)


@pytest.mark.parametrize("text", ["models: [", "other: {}", "- one", "models: null"])
def test_an_unreadable_catalog_of_models_is_an_error_that_names_the_file(tmp_path, text):
    (tmp_path / "models.yaml").write_text(text)

    with pytest.raises(ConfigError, match=r"models\.yaml"):
        model_names(tmp_path)


def test_the_form_offers_experiments_models_and_stages_as_choices():
    fields = nightly.parameters.properties

    assert "demo" in fields["experiment"]["enum"]
    assert fields["models"]["items"]["enum"] == sorted(load_catalog(CHECKOUT / "data").models)
    assert "finetune" in fields["refresh"]["items"]["enum"]
    assert all(field["description"] for field in fields.values())
