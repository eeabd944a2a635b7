"""Run texts through a network in batches, so that a row does not depend on its neighbours.

Texts are sorted by length and padded to a multiple of 8 tokens; float32 throughout. What is left
is float32 rounding (about 1e-6): in bfloat16 padding alone moves logits by more than 0.1.
Imports torch at the top: only modules that are about to use it import this one.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from tickertone.models.protocol import Matrix, Text

BATCH = 64
PAD_MULTIPLE = 8


def tokenise(tokenizer: Any, texts: Sequence[Text], max_length: int) -> list[dict[str, list[int]]]:
    """One unpadded encoding per text, cut at `max_length` tokens."""
    if not texts:
        return []
    if isinstance(texts[0], str):
        parts: tuple[list[str], ...] = ([str(text) for text in texts],)
    else:
        parts = ([text[0] for text in texts], [text[1] for text in texts])
    encoded = tokenizer(*parts, truncation=True, max_length=max_length)
    return [{key: column[i] for key, column in encoded.items()} for i in range(len(texts))]


def rows_in_batches(
    forward: Callable[[dict[str, torch.Tensor]], torch.Tensor],
    tokenizer: Any,
    encodings: Sequence[dict[str, list[int]]],
    device: torch.device,
    progress: Callable[[int, int], None] | None = None,
) -> Matrix:
    """`forward` maps a padded batch to (batch, width); rows come back in the order given."""
    order = np.argsort([-len(e["input_ids"]) for e in encodings], kind="stable")
    rows: list[Matrix] = []
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            chosen = [encodings[i] for i in order[start : start + BATCH]]
            batch = tokenizer.pad(chosen, pad_to_multiple_of=PAD_MULTIPLE, return_tensors="pt")
            inputs = {key: tensor.to(device) for key, tensor in batch.items()}
            rows.append(forward(inputs).float().cpu().numpy())
            if progress is not None:
                progress(min(start + BATCH, len(order)), len(order))
    result = np.empty((len(order), rows[0].shape[1]), dtype=np.float32)
    result[order] = np.concatenate(rows)
    return result


def mean_of_tokens(hidden: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """Mean over real tokens: (n, tokens, width), (n, tokens) -> (n, width)."""
    weights = attention_mask[..., None].to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)
