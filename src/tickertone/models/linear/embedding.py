"""Sentence embeddings of a frozen base: mean over tokens, unit length (Reimers and Gurevych 2019).

Imports torch and transformers inside functions: linear models on TF-IDF never pay for them.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tickertone.catalog.forms.linear import EmbeddingSpec
from tickertone.models.bases import checked_base
from tickertone.models.progress import Throttled
from tickertone.models.protocol import Matrix, Say, Text


def sentence_embeddings(
    spec: EmbeddingSpec, texts: Sequence[Text], project: Path, say: Say
) -> Matrix:
    """float32 rows of unit length, (len(texts), width of the base); `texts` is not empty.

    Raises ModelError for a base that lacks weights, or positions for `spec.max_length`.
    """
    import torch
    from transformers import AutoModel

    from tickertone.models.pretrained import (
        device,
        load_tokenizer,
        quiet,
        require_positions,
        require_weights,
    )
    from tickertone.models.token_batches import mean_of_tokens, rows_in_batches, tokenise

    quiet()
    with checked_base(spec.base, project) as folder:
        tokenizer = load_tokenizer(folder)
        model, report = AutoModel.from_pretrained(
            folder,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            ignore_mismatched_sizes=True,  # they are refused below
            output_loading_info=True,
        )
    require_weights(model, report, spec.base.name)
    require_positions(model, spec.max_length, spec.base.name)
    model = model.to(device()).eval()

    def forward(batch: dict[str, torch.Tensor]) -> torch.Tensor:
        return mean_of_tokens(model(**batch).last_hidden_state, batch["attention_mask"])

    line = Throttled(say)

    def progress(done: int, total: int) -> None:
        line(lambda: f"embedded {done} of {total} texts")

    encodings = tokenise(tokenizer, texts, spec.max_length)
    rows = rows_in_batches(forward, tokenizer, encodings, device(), progress)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)
