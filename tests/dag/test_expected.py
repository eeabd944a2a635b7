"""What is taken as known of a step that is yet to run: outputs made of unchanged inputs alone."""

import pytest

from tickertone.dag.expected import is_unknown, stand_in, unknown_inputs
from tickertone.dag.planner import Node
from tickertone.identity.fingerprint import Parts
from tickertone.store.manifest import Manifest, Output, Step

NAMES = ("train", "dev", "test", "train.texts", "test.texts", "test.examples", "checks")
PARTS = Parts(
    stage="validate",
    settings={
        "dataset": {
            "splits": {"train": {"role": "train"}, "test": {"role": "test"}},
            "carve": [["dev", 0.1]],
        }
    },
    inputs={"train": "1", "test": "2", "quarantine": "3", "against:wires": "4"},
    code={"tickertone.stages.validate": "5"},
    libraries={"pyarrow": "6"},
)
MADE = Manifest(
    subject="tweets",
    fingerprint=PARTS.fingerprint,
    parts=PARTS,
    outputs={name: Output(content=name, files=()) for name in NAMES},
    facts={},
)


def known(now, *, whole=True):
    manifest = stand_in(Node("validate", "tweets"), MADE, now, lambda _: whole)
    return {name for name, output in manifest.outputs.items() if not is_unknown(output)}


def with_input(role):
    return PARTS.model_copy(update={"inputs": {**PARTS.inputs, role: "other"}})


@pytest.mark.parametrize(
    ("role", "stays"),
    [
        ("train", {"test.texts", "test.examples"}),
        ("test", {"train", "dev", "train.texts"}),
        ("against:wires", {"train", "dev", "train.texts", "test.texts", "test.examples"}),
    ],
)
def test_an_output_stays_where_all_that_it_is_made_of_does(role, stays):
    assert known(with_input(role)) == stays


def test_a_test_part_that_is_carved_from_train_follows_train_and_its_clean_rows_all():
    names = ("labels", "test", "test.texts", "test.examples")
    dataset = {
        "splits": {"train": {"role": "train"}},
        "carve": [["labels", 0.2], ["test", 0.3]],
    }
    parts = PARTS.model_copy(update={"settings": {"dataset": dataset}})
    outputs = {name: Output(content=name, files=()) for name in names}
    made = MADE.model_copy(update={"parts": parts, "outputs": outputs})

    def stays(changed):
        now = parts.model_copy(update={"inputs": {**parts.inputs, changed: "other"}})
        found = stand_in(Node("validate", "tweets"), made, now, lambda _: True).outputs
        return {name for name, output in found.items() if not is_unknown(output)}

    assert stays("train") == set()
    assert stays("against:wires") == {"labels", "test.texts", "test.examples"}


def test_parts_of_a_target_are_kept_apart_from_a_test_of_the_source():
    dataset = {**PARTS.settings["dataset"], "carve": [["dev", 0.1], ["labels", 0.2]]}
    parts = PARTS.model_copy(update={"settings": {"dataset": dataset}})
    names = ("train", "dev", "labels")
    outputs = {name: Output(content=name, files=()) for name in names}
    made = MADE.model_copy(update={"parts": parts, "outputs": outputs})
    now = parts.model_copy(update={"inputs": {**parts.inputs, "test": "other"}})
    found = stand_in(Node("validate", "tweets"), made, now, lambda _: True).outputs
    assert {name for name, output in found.items() if not is_unknown(output)} == {"dev"}


@pytest.mark.parametrize("part", ["settings", "code", "libraries"])
def test_nothing_stays_where_anything_but_an_input_changed(part):
    assert known(PARTS.model_copy(update={part: {"other": "x"}})) == set()


def test_nothing_is_known_of_a_step_whose_parts_are_not():
    assert known(None) == set()


def test_an_unknown_input_names_the_step_that_it_comes_out_of():
    outputs = stand_in(Node("validate", "tweets"), MADE, None, lambda _: True).outputs
    step = Step(subject="words", parts=PARTS, inputs={"train:tweets": outputs["train"]})
    assert unknown_inputs(step) == {"train:tweets": "validate tweets"}


@pytest.mark.parametrize(("of", "role"), [("test", "test"), ("dev", "train")])
def test_a_sample_stays_where_the_split_does_that_it_is_drawn_from(of, role):
    settings = {"dataset": {**PARTS.settings["dataset"], "samples": {"some": {"of": of}}}}
    parts = PARTS.model_copy(update={"settings": settings})
    outputs = {"some.texts": Output(content="some.texts", files=())}
    made = MADE.model_copy(update={"parts": parts, "outputs": outputs})

    def stays(changed):
        now = parts.model_copy(update={"inputs": {**parts.inputs, changed: "other"}})
        (output,) = stand_in(Node("validate", "tweets"), made, now, lambda _: True).outputs.values()
        return not is_unknown(output)

    assert not stays(role)
    assert all(stays(other) for other in {"train", "test"} - {role})
