"""Scores of a decoder that answers a prompt."""

from pathlib import Path

from tickertone.catalog.forms.causal import CausalForm
from tickertone.models.causal.network import NETWORK
from tickertone.models.generative.from_files import load_prompted
from tickertone.models.generative.scorer import PromptedScorer
from tickertone.models.protocol import Embed


def load(
    folder: Path,
    form: object,
    labels: tuple[str, ...],
    *,
    project: Path,
    embed: Embed | None = None,
) -> PromptedScorer:
    """The scorer of the model whose files are in `folder`; raises ModelError as load_prompted."""
    return load_prompted(folder, CausalForm.model_validate(form), NETWORK, labels, project, embed)
