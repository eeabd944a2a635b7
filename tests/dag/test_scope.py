"""What of an experiment is asked for."""

import pytest

from tests.dag.bench import MODELS, Bench
from tickertone.catalog.load import load_catalog
from tickertone.dag.scope import Scope
from tickertone.errors import ConfigError


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    many = {
        "family": "encoder",
        "trained_on": ["demo_headlines"],
        "base": {"hub": "owner/base"},
        "tuning": "full",
        "seeds": [0, 1],
    }
    bench.write("models.yaml", {"models": {**MODELS["models"], "many": many}})
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


def excluding(bench, dataset):
    """`dataset` leaves out the texts of a list that nobody has supplied."""
    bench.edit("datasets.yaml", lambda c: c["datasets"][dataset].update(exclude="seen.txt"))
    return Scope.of(load_catalog(bench.data), "small")


def test_a_missing_list_leaves_out_the_targets_that_need_its_data_set(bench):
    scope = excluding(bench, "demo_wires")
    assert [*scope.targets] == ["headlines"]
    assert "demo_wires" not in scope.ingested
    assert scope.warnings[0].startswith("target wires is left out: there is no data/seen.txt")


def test_so_it_does_where_combiners_are_fitted_on_it_or_a_model_is_trained_on_it(bench):
    scope = excluding(bench, "demo_headlines")
    assert scope.targets == {}
    assert scope.ingested == scope.fitted == ()
    assert [line.partition(" is left out")[0] for line in scope.warnings] == [
        "target headlines",
        "target wires",
        *(f"model {name}" for name in ("words", "letters", "many_s0", "many_s1")),
    ]


def test_so_it_does_where_test_rows_are_compared_with_it(bench):
    bench.edit("datasets.yaml", lambda c: c["datasets"]["demo_headlines"].update(check_against=[]))
    scope = excluding(bench, "demo_economy")
    assert [*scope.targets] == ["headlines"]
    assert scope.ingested == ("demo_headlines",)


def test_with_the_list_nothing_is_left_out(bench):
    (bench.data / "seen.txt").touch()
    scope = excluding(bench, "demo_headlines")
    assert [*scope.targets] == ["headlines", "wires"]
    assert scope.warnings == []
