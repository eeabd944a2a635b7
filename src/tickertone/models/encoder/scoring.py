"""Logits of a fitted encoder, in float32."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from tickertone.catalog.forms.encoder import EncoderForm
from tickertone.models.bases import checked_base
from tickertone.models.encoder import loading
from tickertone.models.encoder.forward import logits_of
from tickertone.models.pretrained import device, load_tokenizer, quiet
from tickertone.models.protocol import Embed, Matrix, Text
from tickertone.models.token_batches import tokenise


class EncoderScorer:
    """A classifier and its tokenizer."""

    def __init__(self, model: Any, tokenizer: Any, max_length: int) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.max_length = max_length

    def logits(self, texts: Sequence[Text]) -> Matrix:
        """One row per text, columns in the order of the task's labels."""
        if not texts:
            return np.zeros((0, self.model.config.num_labels), dtype=np.float32)
        encodings = tokenise(self.tokenizer, texts, self.max_length)
        return logits_of(self.model, self.tokenizer, encodings)


def load(
    folder: Path,
    form: object,
    labels: tuple[str, ...],
    *,
    project: Path,
    embed: Embed | None = None,  # noqa: ARG001 (part of the protocol)
) -> EncoderScorer:
    """The scorer of the model that `fitting.fit` wrote into `folder`.

    For LoRA the base is found and checked again; raises ModelError if it is not what it was.
    """
    form = EncoderForm.model_validate(form)
    quiet()
    with ExitStack() as stack:
        base = None
        if form.tuning == "lora":
            base = stack.enter_context(checked_base(form.base, project))
        model = loading.trained(folder, form, labels, base)
        tokenizer = load_tokenizer(base or folder)
    return EncoderScorer(model.to(device()), tokenizer, form.max_length)
