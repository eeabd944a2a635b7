"""What all prompts begin with is computed once: its keys and values serve every batch."""

from typing import Any

import torch
from transformers import DynamicCache

from tickertone.models.causal.answers import node_logits
from tickertone.models.generative.label_trie import LabelTrie
from tickertone.models.generative.network import NodeLogits


def after_prefix(model: Any, prefix: list[int]) -> NodeLogits:
    """A `node_logits` for batches of what follows `prefix`; gradients do not reach the prefix.

    It is of the weights that the model has now.
    """
    device = next(model.parameters()).device
    with torch.inference_mode():
        output = model(
            input_ids=torch.tensor([prefix], device=device), use_cache=True, logits_to_keep=1
        )
    layers = [(layer.keys, layer.values) for layer in output.past_key_values.layers]

    def logits(model: Any, batch: dict[str, torch.Tensor], trie: LabelTrie) -> torch.Tensor:
        count = len(batch["input_ids"])
        past = DynamicCache()  # of full length: no prompt is longer than a sliding window
        for i, (keys, values) in enumerate(layers):
            past.update(keys.expand(count, -1, -1, -1), values.expand(count, -1, -1, -1), i)
        return node_logits(model, batch, trie, past)

    return logits
