"""What can be chosen in the form of a flow, read from data/ when the flow is loaded.

Prefect draws a Literal as a list of choices and refuses any other value before a run exists.
"""

from pathlib import Path
from typing import Literal

import yaml

from tickertone.catalog.stanzas import written_out
from tickertone.dag.graph import STAGES
from tickertone.errors import ConfigError
from tickertone.workspace import Workspace


def experiment_names(data: Path) -> tuple[str, ...]:
    """The names of data/experiments/*.yaml; raises ConfigError if there is none."""
    names = tuple(sorted(path.stem for path in (data / "experiments").glob("*.yaml")))
    if not names:
        raise ConfigError(str(data / "experiments"), found="no experiment: not one *.yaml file")
    return names


def model_names(data: Path) -> tuple[str, ...]:
    """The names in data/models.yaml; raises ConfigError if it cannot be read."""
    path = data / "models.yaml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return tuple(sorted(written_out("data/models.yaml", content)[0]["models"]))
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ConfigError(
            str(path), found=f"not a readable catalog ({error})", expected="a stanza `models:`"
        ) from error


_DATA = Workspace.find(Path(__file__).parent).data

Experiment = Literal[experiment_names(_DATA)]
Model = Literal[model_names(_DATA)]
Stage = Literal[STAGES]
