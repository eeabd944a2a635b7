"""Prompts: the files of data/prompts, and the template in each.

A template is part of the form of the models that use it, word by word; what people call it is not.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from tickertone.catalog.forms.prompt_template import PromptTemplate
from tickertone.catalog.identifiers import Name
from tickertone.catalog.mistakes import nearest
from tickertone.errors import ConfigError
from tickertone.frozen import Frozen


class PromptFile(Frozen):
    """One file of data/prompts."""

    about: str = Field(description="what it is for, in one sentence")
    version: int = Field(ge=1, description="raised when the wording changes")
    template: PromptTemplate


def with_templates(
    shown: str, raw: Mapping[str, Any], prompts: Mapping[Name, PromptFile]
) -> dict[str, Any]:
    """The stanzas of models.yaml with each `prompt: NAME` replaced by that template's fields.

    Raises ConfigError for a name that is no file of data/prompts.
    """
    stanzas = raw.get("models")
    if not isinstance(stanzas, Mapping):
        return dict(raw)
    replaced = {
        name: {**stanza, "prompt": _fields(f"{shown}, models.{name}.prompt", stanza, prompts)}
        if isinstance(stanza, Mapping) and isinstance(stanza.get("prompt"), str)
        else stanza
        for name, stanza in stanzas.items()
    }
    return {**raw, "models": replaced}


def _fields(
    place: str, stanza: Mapping[str, Any], prompts: Mapping[Name, PromptFile]
) -> dict[str, Any]:
    name = stanza["prompt"]
    if name not in prompts:
        raise ConfigError(
            place,
            found=f"unknown prompt {name!r}",
            expected="one of " + ", ".join(prompts) if prompts else "a file data/prompts/NAME.yaml",
            remedy=nearest(name, prompts) or f"correct the name, or write data/prompts/{name}.yaml",
        )
    return prompts[name].template.model_dump(mode="json")
