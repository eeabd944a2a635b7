"""Two identities of a step, and the words for what lies between them."""

import pytest

from tickertone.dag.differences import differences
from tickertone.identity.fingerprint import Parts

BEFORE = Parts(
    stage="finetune",
    settings={
        "recipe": {
            "learning_rate": 1e-4,
            "balanced": False,
            "dev": None,
            "features": {"ngrams": [1, 2]},
        },
        "labels": {"bullish": "positive", "bearish": "negative"},
        "members": ["words", "letters"],
        "systems": [{"name": "words", "kind": "model"}, {"name": "mean", "kind": "combiner"}],
        "templates": "a" * 64,
        "scorer": "b" * 64,
    },
    inputs={"train:tweets": "1", "dev:tweets": "2"},
    code={"tickertone.training.worker": "1", "tickertone.models.linear": "2"},
    libraries={"torch": "2.12", "numpy": "2.4"},
)


def changed(part, change):
    """What `differences` says once `change` has worked on a copy of a part."""
    content = BEFORE.model_dump(mode="json")
    change(content[part])
    return differences(BEFORE, Parts.model_validate(content))


GOLDEN = {
    "recipe.learning_rate 0.0001 -> 0.0002": lambda s: s["recipe"].update(learning_rate=2e-4),
    "recipe.balanced false -> true": lambda s: s["recipe"].update(balanced=True),
    "recipe.dev null -> small": lambda s: s["recipe"].update(dev="small"),
    "recipe.warmup added: 0.1": lambda s: s["recipe"].update(warmup=0.1),
    "recipe.balanced removed": lambda s: s["recipe"].pop("balanced"),
    "recipe.features.ngrams [1, 2] -> [1, 3]": lambda s: s["recipe"]["features"].update(
        ngrams=[1, 3]
    ),
    "labels.flat added: neutral": lambda s: s["labels"].update(flat="neutral"),
    "labels.bullish positive -> neutral": lambda s: s["labels"].update(bullish="neutral"),
    "members gained numbers": lambda s: s["members"].append("numbers"),
    "members gained a, b, c, d and 2 more": lambda s: s["members"].extend("abcdef"),
    "members lost words": lambda s: s["members"].remove("words"),
    "members in another order": lambda s: s["members"].reverse(),
    "systems lost mean": lambda s: s["systems"].pop(),
    "systems.mean.kind combiner -> model": lambda s: s["systems"][1].update(kind="model"),
    "templates changed": lambda s: s.update(templates="c" * 64),
}


@pytest.mark.parametrize("phrase", GOLDEN)
def test_a_setting_is_named_by_its_path_with_both_values(phrase):
    assert changed("settings", GOLDEN[phrase]) == [phrase]


def test_inputs_are_named_by_their_role():
    assert changed("inputs", lambda i: i.update({"train:tweets": "3"})) == ["train:tweets changed"]
    assert changed("inputs", lambda i: i.update({"train:news": "3"})) == ["train:news added"]
    assert changed("inputs", lambda i: i.pop("dev:tweets")) == ["dev:tweets removed"]


def test_what_changed_inside_an_input_takes_the_place_of_its_role():
    now = BEFORE.model_copy(update={"inputs": {"train:tweets": "3", "dev:tweets": "4"}})
    inside = {"train:tweets": ["12 new rows in tweets train", "1 row gone from tweets train"]}
    assert differences(BEFORE, now, inside) == [
        "12 new rows in tweets train",
        "1 row gone from tweets train",
        "dev:tweets changed",
    ]


def test_inputs_of_one_sort_share_a_phrase():
    then = BEFORE.model_copy(update={"inputs": {f"model:{name}": "1" for name in "abcdefg"}})
    now = BEFORE.model_copy(update={"inputs": {f"model:{name}": "2" for name in "abcdef"}})
    words = differences(then, now, named=lambda role: ("logits of", role.partition(":")[2]))
    assert words == ["logits of a, b, c, d and 2 more changed", "logits of g removed"]


def test_code_is_named_by_module():
    def change(code):
        code.update({"tickertone.training.worker": "3", "tickertone.models.batches": "1"})
        del code["tickertone.models.linear"]

    assert changed("code", change) == [
        "module tickertone.models.batches added",
        "module tickertone.models.linear removed",
        "module tickertone.training.worker changed",
    ]


def test_libraries_are_named_with_their_versions():
    def change(libraries):
        libraries.update({"torch": "2.13", "peft": "0.21"})
        del libraries["numpy"]

    assert changed("libraries", change) == [
        "numpy removed",
        "peft 0.21 added",
        "torch 2.12 -> 2.13",
    ]


def test_a_setting_that_only_sums_up_the_others_is_not_named():
    assert changed("settings", lambda s: s.update(scorer="c" * 64)) == []


def test_equal_parts_have_no_difference():
    assert differences(BEFORE, BEFORE) == []


def test_several_changes_are_all_named_settings_first():
    content = BEFORE.model_dump(mode="json")
    content["settings"]["recipe"]["learning_rate"] = 2e-4
    content["libraries"]["torch"] = "2.13"
    content["inputs"]["train:tweets"] = "3"
    assert differences(BEFORE, Parts.model_validate(content)) == [
        "recipe.learning_rate 0.0001 -> 0.0002",
        "train:tweets changed",
        "torch 2.12 -> 2.13",
    ]


def test_a_long_value_is_cut_short():
    (phrase,) = changed("settings", lambda s: s["recipe"].update(dev="word " * 100))
    assert phrase.startswith("recipe.dev null -> word word")
    assert len(phrase) < 100
