"""Logits of a published classifier in the order of the task's labels, in float32."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification

from tickertone.catalog.forms.classifier import ClassifierForm
from tickertone.models.bases import checked_base
from tickertone.models.classifier.head import columns
from tickertone.models.encoder.forward import logits_of
from tickertone.models.pretrained import (
    device,
    load_tokenizer,
    quiet,
    require_all_weights,
    require_positions,
)
from tickertone.models.protocol import Embed, Matrix, Text
from tickertone.models.token_batches import tokenise

_CLASSIFIES = "choose a classifier with its head, or fine-tune this one (family encoder)"


class ClassifierScorer:
    """A classifier, its tokenizer, and the columns of its logits that stand for our labels."""

    def __init__(
        self, model: Any, tokenizer: Any, max_length: int, chosen: tuple[int, ...]
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.max_length = max_length
        self.chosen = list(chosen)

    def logits(self, texts: Sequence[Text]) -> Matrix:
        """One row per text, columns in the order of the task's labels."""
        if not texts:
            return np.zeros((0, len(self.chosen)), dtype=np.float32)
        encodings = tokenise(self.tokenizer, texts, self.max_length)
        return np.ascontiguousarray(
            logits_of(self.model, self.tokenizer, encodings)[:, self.chosen]
        )


def load(
    folder: Path,  # noqa: ARG001 (all that is there follows from form and base)
    form: object,
    labels: tuple[str, ...],
    *,
    project: Path,
    embed: Embed | None = None,  # noqa: ARG001 (part of the protocol)
) -> ClassifierScorer:
    """The scorer of a base as it is; raises ModelError for other labels or missing weights."""
    form = ClassifierForm.model_validate(form)
    quiet()
    with checked_base(form.base, project) as base:
        chosen = columns(base, form.base.name, form.head, labels)
        tokenizer = load_tokenizer(base)
        model, report = AutoModelForSequenceClassification.from_pretrained(
            base,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            ignore_mismatched_sizes=True,  # so that they are reported, and refused below
            output_loading_info=True,
        )
    require_all_weights(report, form.base.name, remedy=_CLASSIFIES)
    require_positions(model, form.max_length, form.base.name)
    return ClassifierScorer(model.to(device()).eval(), tokenizer, form.max_length, chosen)
