"""What a T5 says at every node of a trie of answers: one encoding, one pass of the decoder.

All nodes go through the decoder side by side, as one sequence in which a node sees its ancestors
and itself. T5 knows positions by the distance between two places alone, as a term added to the
attention scores; the distances in that sequence are not those in a word, so the mask carries the
difference. The result is that of decoding each word by itself, up to rounding.
"""

from typing import Any

import torch

from tickertone.errors import ModelError
from tickertone.models.generative.label_trie import LabelTrie

ARCHITECTURES = ("t5", "mt5")  # position bias of the first decoder layer serves all layers


def node_logits(model: Any, batch: dict[str, torch.Tensor], trie: LabelTrie) -> torch.Tensor:
    """Logits of the token after each node, (n, nodes, vocabulary).

    batch: input_ids and attention_mask of the prompts, (n, tokens).
    """
    ids = batch["input_ids"]
    start = model.config.decoder_start_token_id
    inputs = torch.tensor([start, *trie.tokens[1:]], device=ids.device)
    mask = _tree_mask(model, trie) if len(trie) > 1 else None
    output = model(
        input_ids=ids,
        attention_mask=batch["attention_mask"],
        decoder_input_ids=inputs.expand(len(ids), -1),
        decoder_attention_mask=mask,
        use_cache=False,
    )
    logits: torch.Tensor = output.logits
    return logits


def require_relative_positions(model: Any, base: str) -> None:
    """Raise ModelError unless the decoder's positions are those that the mask corrects."""
    kind = model.config.model_type
    if kind not in ARCHITECTURES:
        raise ModelError(
            f"base {base}",
            found=f"architecture {kind}",
            expected=f"one of {', '.join(ARCHITECTURES)}",
            remedy="choose a T5, such as Flan-T5, for the family seq2seq",
        )


def _tree_mask(model: Any, trie: LabelTrie) -> torch.Tensor:
    """(1, heads, nodes, nodes): what to add so that places and distances are those of words."""
    attention = model.get_decoder().block[0].layer[0].SelfAttention
    weight = attention.relative_attention_bias.weight
    depths = torch.tensor(trie.depths, device=weight.device)
    places = torch.arange(len(trie), device=weight.device)
    wanted = _bias(attention, depths[None, :] - depths[:, None])
    added = _bias(attention, places[None, :] - places[:, None])
    seen = torch.zeros(len(trie), len(trie), dtype=torch.bool, device=weight.device)
    for node in range(len(trie)):
        seen[node, trie.ancestors(node)] = True
    mask = (wanted - added).masked_fill(~seen, torch.finfo(weight.dtype).min)
    return mask[None]


def _bias(attention: Any, distances: torch.Tensor) -> torch.Tensor:
    """(heads, n, n): what T5 adds to the scores of places so far apart."""
    buckets = attention._relative_position_bucket(
        distances,
        bidirectional=False,
        num_buckets=attention.relative_attention_num_buckets,
        max_distance=attention.relative_attention_max_distance,
    )
    bias: torch.Tensor = attention.relative_attention_bias(buckets).permute(2, 0, 1)
    return bias
