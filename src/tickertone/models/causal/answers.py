"""What a decoder says at every node of a trie of answers: one pass over prompt and nodes.

The nodes stand behind the prompt as one sequence, each at the position that it has in its word; a
node sees the prompt, its ancestors and itself. The result is that of continuing the prompt with
each word by itself, up to rounding.
"""

import inspect
from typing import Any

import torch

from tickertone.errors import ModelError
from tickertone.models.generative.label_trie import LabelTrie


def node_logits(
    model: Any, batch: dict[str, torch.Tensor], trie: LabelTrie, past: Any = None
) -> torch.Tensor:
    """Logits of the token after each node, (n, nodes, vocabulary).

    batch: input_ids and attention_mask of the prompts, (n, tokens), padded on the left. `past`: the
    cache of tokens that stand before every prompt; it is used up.
    """
    ids, mask = batch["input_ids"], batch["attention_mask"]
    shared = past.get_seq_length() if past is not None else 0
    mask = torch.cat([mask.new_ones(len(mask), shared), mask], dim=1)
    lengths = mask.sum(dim=1, keepdim=True)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, shared:]
    attention: torch.Tensor = mask
    if len(trie) > 1:
        nodes = torch.tensor(trie.tokens[1:], device=ids.device).expand(len(ids), -1)
        depths = torch.tensor(trie.depths[1:], device=ids.device)
        ids = torch.cat([ids, nodes], dim=1)
        positions = torch.cat([positions, lengths + depths[None] - 1], dim=1)
        attention = _tree_mask(mask, trie, shared, next(model.parameters()).dtype)
    output = model(
        input_ids=ids,
        attention_mask=attention,
        position_ids=positions,
        past_key_values=past,
        use_cache=past is not None,
        logits_to_keep=len(trie),
    )
    logits: torch.Tensor = output.logits
    return logits


def require_positions_as_given(model: Any, base: str) -> None:
    """Raise ModelError for an architecture that takes no position ids."""
    taken = inspect.signature(model.forward).parameters
    if not {"position_ids", "logits_to_keep"} <= taken.keys():
        raise ModelError(
            f"base {base}",
            found=f"architecture {model.config.model_type}, which takes no positions",
            expected="a decoder with rotary positions, such as Llama, Mistral or Qwen",
            remedy="choose such a base for the family causal",
        )


def _tree_mask(
    mask: torch.Tensor, trie: LabelTrie, shared: int, dtype: torch.dtype
) -> torch.Tensor:
    """(n, 1, queries, keys): 0 where a query sees a key, else the lowest number."""
    count, prompt = mask.shape
    nodes = len(trie) - 1
    seen = torch.zeros(count, prompt + nodes, prompt + nodes, dtype=torch.bool, device=mask.device)
    seen[:, :prompt, :prompt] = mask.bool()[:, None, :].expand(-1, prompt, -1).tril()
    seen[:, prompt:, :prompt] = mask.bool()[:, None, :]
    for node in range(1, len(trie)):
        above = [prompt + ancestor - 1 for ancestor in trie.ancestors(node)[1:]]
        seen[:, prompt + node - 1, above] = True
    seen |= torch.eye(prompt + nodes, dtype=torch.bool, device=mask.device)  # padding: no empty row
    lowest = torch.finfo(dtype).min
    scores = torch.zeros(seen.shape, dtype=dtype, device=mask.device).masked_fill(~seen, lowest)
    return scores[:, None, shared:, :]
