"""Scores of an endpoint's model, from the examples that were drawn for its prompt."""

from functools import partial
from pathlib import Path

from tickertone.catalog.forms.endpoint import EndpointForm
from tickertone.endpoint.scorer import EndpointScorer
from tickertone.models.generative.drawn_shots import read_shots
from tickertone.models.generative.prompts import render
from tickertone.models.protocol import Embed


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
    shots = read_shots(folder, dict(zip(labels, words, strict=True)))
    prompt = partial(render, checked.prompt, words, shots=shots)
    return EndpointScorer(checked, labels, prompt, project=project)
