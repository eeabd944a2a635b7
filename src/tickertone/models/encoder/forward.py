"""Logits of a classifier for tokenised texts: the same function for dev and for scoring."""

from collections.abc import Sequence
from typing import Any

from tickertone.models.protocol import Matrix
from tickertone.models.token_batches import rows_in_batches


def logits_of(model: Any, tokenizer: Any, encodings: Sequence[dict[str, list[int]]]) -> Matrix:
    """The logits of a classifier in evaluation mode, (len(encodings), labels); mode restored."""
    was_training = model.training
    model.eval()
    try:
        device = next(model.parameters()).device
        return rows_in_batches(lambda b: model(**b).logits, tokenizer, encodings, device)
    finally:
        model.train(was_training)
