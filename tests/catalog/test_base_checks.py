from pathlib import Path
from typing import Any

import pytest
import yaml

from tickertone.catalog.lineage import learnt_by
from tickertone.catalog.load import load_catalog
from tickertone.catalog.overlap import pool
from tickertone.errors import ConfigError

WHOLE = {"family": "encoder", "trained_on": ["tweets"], "tuning": "full", "base": {"hub": "a/b"}}
SHAPE = {
    "architecture": "t5",
    "width": 16,
    "layers": 1,
    "heads": 2,
    "ff": 32,
    "tokenizer": {"folder": "words"},
}
ASKED = {"family": "seq2seq", "tuning": "full", "trained_on": ["tweets"], "prompt": "ask"}


def write(data: Path, **models: dict[str, Any]) -> None:
    (data / "prompts").mkdir()
    template = {"instruction": "", "example": "{text}", "cue": "So:"}
    prompt = {"about": "Plain", "version": 1, "template": template}
    (data / "prompts" / "ask.yaml").write_text(yaml.safe_dump(prompt))
    file = data / "models.yaml"
    content = yaml.safe_load(file.read_text())
    content["models"] |= models
    file.write_text(yaml.safe_dump(content))


def mistake(data: Path, **models: dict[str, Any]) -> ConfigError:
    write(data, **models)
    with pytest.raises(ConfigError) as caught:
        load_catalog(data)
    return caught.value


def on(model: str, **changes: Any) -> dict[str, Any]:
    return {**WHOLE, "base": {"model": model}, **changes}


def test_a_model_may_start_from_a_model_that_was_tuned_whole(data: Path):
    write(data, first=WHOLE, second=on("first", trained_on=["blogs"]))
    models = load_catalog(data).models
    assert learnt_by("second", models) == ("blogs", "tweets")


def test_a_base_that_is_no_model_is_told_with_the_nearest(data: Path):
    error = mistake(data, first=WHOLE, second=on("frist"))
    assert error.place == "data/models.yaml, models.second.base.model"
    assert "did you mean 'first'" in error.remedy


def test_adapters_are_no_base(data: Path):
    error = mistake(data, first={**WHOLE, "tuning": "lora"}, second=on("first"))
    assert "leaves no whole checkpoint" in error.found


def test_a_base_is_of_the_same_family(data: Path):
    error = mistake(data, first=WHOLE, second={**ASKED, "base": {"model": "first"}})
    assert error.found == "first, of family encoder"
    assert error.expected == "a model of family seq2seq"


def test_a_linear_model_is_no_base(data: Path):
    error = mistake(data, second=on("bag"))
    assert error.found == "bag, of family linear"


def test_models_do_not_stand_on_each_other(data: Path):
    error = mistake(data, first=on("second"), second=on("first"))
    assert "first stands on itself: first -> second -> first" in error.found


def test_a_model_below_a_circle_is_told_as_well(data: Path):
    error = mistake(data, a=on("b"), b=on("c"), c=on("b"))
    assert "b stands on itself" in error.found


def test_a_base_is_in_one_place(data: Path):
    error = mistake(data, second=on("bag", base={"model": "bag", "hub": "a/b"}))
    assert "give exactly one of hub, folder, package, model, made" in f"{error.found}"


@pytest.mark.parametrize("tuning", ["lora", "qlora"])
def test_adapters_on_a_shape_are_refused(data: Path, tuning: str):
    error = mistake(data, drawn={**ASKED, "tuning": tuning, "base": {"made": SHAPE}})
    assert error.place == "data/models.yaml, models.drawn.base.made"
    assert "frozen random weights learn nothing" in error.expected


def test_a_shape_is_not_asked_before_it_has_learnt(data: Path):
    asked = {"family": "seq2seq", "tuning": "none", "task": "mood", "prompt": "ask"}
    error = mistake(data, drawn={**asked, "base": {"made": SHAPE}})
    assert "tuning none" in error.found


def test_a_shape_is_of_the_models_family(data: Path):
    error = mistake(data, drawn={**ASKED, "family": "causal", "base": {"made": SHAPE}})
    assert error.expected == "family seq2seq"


def test_heads_share_the_width(data: Path):
    error = mistake(data, drawn={**ASKED, "base": {"made": {**SHAPE, "heads": 3}}})
    assert "width 16 is no even multiple of 3 heads" in error.found


def test_full_tuning_is_in_full_precision(data: Path):
    error = mistake(data, whole={**ASKED, "precision": "bfloat16", "base": {"hub": "a/t5"}})
    assert "tuning: full trains in float32" in error.found


def test_who_stands_on_a_model_sits_out_what_that_has_learnt(data: Path):
    """The base has learnt texts that are related to those on which combiners are fitted."""
    write(data, first={**WHOLE, "trained_on": ["tweets_again"]}, second=on("first"))
    catalog = load_catalog(data)
    target = catalog.experiment("first").targets["news"]
    assert pool(target, ["bag", "second"], catalog.models, catalog) == ("bag",)
    alone = {**catalog.models, "second": catalog.models["small"]}
    assert pool(target, ["bag", "second"], alone, catalog) == ("bag", "second")


def test_a_target_is_compared_with_what_a_base_has_learnt(data: Path):
    write(data, first={**WHOLE, "trained_on": ["blogs"]}, second=on("first"))
    experiment = data / "experiments" / "first.yaml"
    experiment.write_text(experiment.read_text().replace("[bag, small]", "[bag, second]"))
    with pytest.raises(ConfigError) as caught:
        load_catalog(data)
    assert caught.value.place == "data/experiments/first.yaml, targets.news, model second"
    assert "trained on blogs" in caught.value.found


def test_a_head_may_be_kept_where_the_labels_are_the_same(data: Path):
    write(data, first=WHOLE, second=on("first", head="kept", trained_on=["blogs"]))
    assert load_catalog(data).models["second"].head == "kept"


def test_a_head_for_other_labels_is_not_kept(data: Path):
    error = mistake(data, first=WHOLE, second=on("first", head="kept", trained_on=["topics"]))
    assert error.place == "data/models.yaml, models.second.head"
    assert error.found == "a head for negative, positive, and the labels sport, money"


def test_a_head_on_another_pooling_is_not_kept(data: Path):
    error = mistake(data, first=WHOLE, second=on("first", head="kept", pooling="mean"))
    assert "another pooling" in error.found


@pytest.mark.parametrize(
    ("changes", "found"),
    [({"head": "kept"}, "a base that is no model"), ({"head": "kept", "tuning": "lora"}, "full")],
)
def test_a_head_is_kept_of_a_model_that_is_tuned_whole(data: Path, changes, found):
    assert found in mistake(data, second={**WHOLE, **changes}).found
