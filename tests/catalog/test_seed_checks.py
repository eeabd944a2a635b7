from pathlib import Path

import pytest
import yaml

from tickertone.catalog.load import load_catalog
from tickertone.errors import ConfigError

ASKED = {"prompt": {"instruction": "", "example": "{text}", "cue": "Mood:"}}
T5 = {"family": "seq2seq", "base": {"hub": "someone/t5"}, **ASKED}
SERVER = {"family": "endpoint", "url": "http://127.0.0.1:9/v1", "model": "m", **ASKED}
NEAREST = {
    "shots": 2,
    "trained_on": ["tweets"],
    "draw": "nearest",
    "features": {"kind": "embedding", "base": {"hub": "someone/minilm"}},
}
UNTUNED = {**T5, "tuning": "none"}


def load(data: Path, stanza: dict[str, object]) -> None:
    content = yaml.safe_load((data / "models.yaml").read_text())
    content["models"]["many"] = stanza
    (data / "models.yaml").write_text(yaml.safe_dump(content))
    load_catalog(data)


@pytest.mark.parametrize(
    ("stanza", "why"),
    [
        ({"family": "linear", "trained_on": ["tweets"], "features": {"kind": "tfidf"}}, "solution"),
        ({**UNTUNED, **NEAREST}, "draw: nearest"),
        ({**UNTUNED, "task": "mood"}, "nothing is drawn"),
        ({**SERVER, "task": "mood"}, "nothing is drawn"),
    ],
)
def test_seeds_that_would_make_equal_models_are_refused(
    data: Path, stanza: dict[str, object], why: str
) -> None:
    load(data, {**stanza, "seed": 3})
    with pytest.raises(ConfigError) as error:
        load(data, {**stanza, "seeds": [0, 1]})
    assert error.value.place == "data/models.yaml, models.many.seeds"
    assert why in error.value.found


@pytest.mark.parametrize(
    "stanza",
    [
        {**UNTUNED, "shots": 2, "trained_on": ["tweets"]},
        {**SERVER, "shots": 2, "trained_on": ["tweets"]},
        {**T5, "tuning": "lora", "trained_on": ["tweets"]},
    ],
)
def test_seeds_by_which_something_is_drawn_make_several_models(
    data: Path, stanza: dict[str, object]
) -> None:
    load(data, {**stanza, "seeds": [0, 1]})
    assert {"many_s0", "many_s1"} < {*load_catalog(data).models}
