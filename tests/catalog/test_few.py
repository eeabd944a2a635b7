import pytest

from tickertone.catalog.few import with_few
from tickertone.catalog.load import load_catalog
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


def test_draws_and_seeds_are_not_given_both(data):
    stanza = "few: {per_class: [2, 8], draws: 2}, seeds: [0, 1]"
    with (data / "models.yaml").open("a") as file:
        file.write(f"  some: {{family: linear, trained_on: [tweets], {stanza}}}\n")
    with pytest.raises(ConfigError) as error:
        load_catalog(data)
    assert error.value.place == "data/models.yaml, models.some.few"
    assert error.value.found == "several draws, and seeds besides"
    assert error.value.remedy == "give draws, no seeds"


def test_a_single_draw_may_be_trained_with_several_seeds(data):
    datasets = data / "datasets.yaml"
    text = datasets.read_text()
    datasets.write_text(text.replace("carve: {dev: 0.1}", "carve: {dev: 0.1, labels: 0.1}", 1))
    with (data / "models.yaml").open("a") as file:
        file.write("    few: {per_class: 8, draw: 1}\n    seeds: [0, 1]\n")
    models = load_catalog(data).models
    assert {name for name in models if name.startswith("small")} == {"small_s0", "small_s1"}
