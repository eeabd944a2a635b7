"""Scores of an endpoint's model, from the examples that were drawn for its prompt."""

import json
from functools import partial
from pathlib import Path

from tickertone.catalog.forms.endpoint import EndpointForm
from tickertone.endpoint.scorer import EndpointScorer
from tickertone.models.generative.prompts import Shot, render
from tickertone.models.protocol import Embed

_SHOTS = "shots.json"


def load(
    folder: Path,
    form: object,
    labels: tuple[str, ...],
    *,
    project: Path,
    embed: Embed | None = None,  # noqa: ARG001 (part of the protocol)
) -> EndpointScorer:
    """The scorer whose examples `fit` wrote into `folder`; nothing is sent before it scores."""
    checked = EndpointForm.model_validate(form)
    words = checked.words_for(labels)
    word_of = dict(zip(labels, words, strict=True))
    drawn = json.loads((folder / _SHOTS).read_text(encoding="utf-8"))
    shots = [Shot(a if b is None else (a, b), word_of[label]) for a, b, label in drawn]
    prompt = partial(render, checked.prompt, words, shots=shots)
    return EndpointScorer(checked, labels, prompt, project=project)
