import pytest
import yaml

from tickertone.catalog.seeds import with_groups, with_seeds
from tickertone.errors import ConfigError

STANZA = {"family": "linear", "seeds": [0, 2]}


def test_a_stanza_with_seeds_stands_for_a_model_each_as_if_written_out():
    written, groups = with_seeds("models.yaml", {"models": {"a": STANZA, "b": {"seed": 1}}})
    assert written["models"] == {
        "a_s0": {"family": "linear", "seed": 0},
        "a_s2": {"family": "linear", "seed": 2},
        "b": {"seed": 1},
    }
    assert groups == {"a": {"a": ("a_s0", "a_s2")}}


def test_a_stanza_that_takes_over_another_may_give_its_seeds_up():
    text = "models:\n  a: &a {family: linear, seeds: [0, 1]}\n  b: {<<: *a, seeds: null, seed: 3}\n"
    written, groups = with_seeds("models.yaml", yaml.safe_load(text))
    assert written["models"]["b"] == {"family": "linear", "seed": 3}
    assert "b" not in groups


@pytest.mark.parametrize("seeds", [[], [0, 0], ["a"], [-1], 3, [True]])
def test_seeds_that_are_no_list_of_different_numbers_are_refused(seeds):
    with pytest.raises(ConfigError) as error:
        with_seeds("models.yaml", {"models": {"a": {"seeds": seeds}}})
    assert error.value.place == "models.yaml, models.a.seeds"


def test_a_name_that_another_stanza_has_is_refused():
    with pytest.raises(ConfigError, match="a_s2"):
        with_seeds("models.yaml", {"models": {"a": STANZA, "a_s2": {}}})


def test_in_an_experiment_the_name_stands_for_all_and_for_their_mean():
    raw = {"models": ["b", "a"], "groups": {"own": ["b", "a_s0"]}}
    given = with_groups(raw, {"a": {"a": ("a_s0", "a_s2")}, "unused": {"unused": ("c_s0",)}})
    assert given["models"] == ["b", "a_s0", "a_s2"]
    assert given["groups"] == {"a": ["a_s0", "a_s2"], "own": ["b", "a_s0"]}


def test_what_is_no_experiment_is_left_to_those_who_check_it():
    assert with_groups({"models": "a"}, {"a": {"a": ("a_s0",)}}) == {"models": "a"}
