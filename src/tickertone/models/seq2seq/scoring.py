"""Scores of a T5 that answers a prompt."""

from pathlib import Path

from tickertone.catalog.forms.seq2seq import Seq2SeqForm
from tickertone.models.generative.from_files import load_prompted
from tickertone.models.generative.scorer import PromptedScorer
from tickertone.models.protocol import Embed
from tickertone.models.seq2seq.network import NETWORK


def load(
    folder: Path,
    form: object,
    labels: tuple[str, ...],
    *,
    project: Path,
    embed: Embed | None = None,
) -> PromptedScorer:
    """The scorer of the model whose files are in `folder`; raises ModelError as load_prompted."""
    return load_prompted(folder, Seq2SeqForm.model_validate(form), NETWORK, labels, project, embed)
