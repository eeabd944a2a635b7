"""What of an experiment is asked for."""

import pytest

from tests.dag.bench import MODELS, Bench
from tickertone.catalog.load import load_catalog
from tickertone.dag.scope import Scope
from tickertone.errors import ConfigError


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    words = MODELS["models"]["words"]
    bench.write("models.yaml", {"models": {**MODELS["models"], "many": {**words, "seeds": [0, 1]}}})
    groups = {"all": ["words", "letters", "mean"], "means": ["mean"]}
    bench.edit(
        "experiments/small.yaml",
        lambda c: c.update(models=["words", "letters", "many"], groups=groups),
    )
    return bench


def chosen(bench, *models):
    return Scope.of(load_catalog(bench.data), "small", models).chosen


def test_nothing_asked_for_means_every_model(bench):
    assert chosen(bench) == ("words", "letters", "many_s0", "many_s1")


def test_a_group_stands_for_its_models(bench):
    assert chosen(bench, "many") == ("many_s0", "many_s1")
    assert chosen(bench, "letters", "all") == ("letters", "words")


@pytest.mark.parametrize("name", ["word", "means"])
def test_what_is_neither_a_model_nor_a_group_of_models_is_a_mistake(bench, name):
    with pytest.raises(ConfigError) as error:
        chosen(bench, name)
    assert error.value.found == repr(name)
    assert "many" in error.value.expected
