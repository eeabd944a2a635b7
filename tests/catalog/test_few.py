import pytest

from tickertone.catalog.few import with_few
from tickertone.catalog.seeds import with_groups
from tickertone.errors import ConfigError

STANZA = {"family": "linear", "few": {"per_class": [2, 8], "draws": 2}}


def test_a_stanza_with_draws_stands_for_a_model_each_as_if_written_out():
    written, groups = with_few("models.yaml", {"models": {"a": STANZA, "b": {"seed": 1}}})
    assert written["models"] == {
        "a_k2_d0": {"family": "linear", "few": {"per_class": 2, "draw": 0}},
        "a_k2_d1": {"family": "linear", "few": {"per_class": 2, "draw": 1}},
        "a_k8_d0": {"family": "linear", "few": {"per_class": 8, "draw": 0}},
        "a_k8_d1": {"family": "linear", "few": {"per_class": 8, "draw": 1}},
        "b": {"seed": 1},
    }
    assert groups == {"a": {"a_k2": ("a_k2_d0", "a_k2_d1"), "a_k8": ("a_k8_d0", "a_k8_d1")}}


def test_a_single_draw_is_one_model():
    raw = {"models": {"a": {"few": {"per_class": 8, "draw": 1}}}}
    assert with_few("models.yaml", raw) == (raw, {})


def test_in_an_experiment_the_name_stands_for_all_and_each_number_for_its_mean():
    _, groups = with_few("models.yaml", {"models": {"a": STANZA}})
    raw = {"models": ["b", "a"], "members": ["b"], "groups": {"own": ["b"]}}
    given = with_groups(raw, groups)
    assert given["models"] == ["b", "a_k2_d0", "a_k2_d1", "a_k8_d0", "a_k8_d1"]
    assert given["members"] == ["b"]
    assert given["groups"] == {
        "a_k2": ["a_k2_d0", "a_k2_d1"],
        "a_k8": ["a_k8_d0", "a_k8_d1"],
        "own": ["b"],
    }


@pytest.mark.parametrize(
    "few",
    [
        {"per_class": [8]},
        {"per_class": [8, 8], "draws": 2},
        {"per_class": [0], "draws": 2},
        {"per_class": [], "draws": 2},
        {"per_class": [8], "draws": 0},
        {"per_class": [8], "draws": 2, "draw": 0},
        {"per_class": ["8"], "draws": 2},
    ],
)
def test_numbers_that_make_no_sense_are_refused(few):
    with pytest.raises(ConfigError) as error:
        with_few("models.yaml", {"models": {"a": {"few": few}}})
    assert error.value.place == "models.yaml, models.a.few"


def test_a_name_that_another_stanza_has_is_refused():
    with pytest.raises(ConfigError, match="a_k8_d1"):
        with_few("models.yaml", {"models": {"a": STANZA, "a_k8_d1": {}}})
