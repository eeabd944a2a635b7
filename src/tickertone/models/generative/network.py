"""What tells one kind of language model from another, for the code that they share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from tickertone.models.generative.label_trie import LabelTrie


class NodeLogits(Protocol):
    """What comes next at each node of a trie of answers."""

    def __call__(self, model: Any, batch: dict[str, torch.Tensor], trie: LabelTrie) -> torch.Tensor:
        """(n, nodes, vocabulary), for a batch of padded prompts."""
        ...


@dataclass(frozen=True)
class Network:
    """One kind of network."""

    auto_class: str  # of transformers
    node_logits: NodeLogits
    require_suitable: Callable[[Any, str], None]  # (model, name of its base); raises ModelError
    continued: bool  # the answer continues the prompt, else it begins a sequence of its own
    # (model, tokens that prompts begin with) -> NodeLogits for what follows them; None: not offered
    after_prefix: Callable[[Any, list[int]], NodeLogits] | None = None

    @property
    def padding_side(self) -> str:
        """Where prompts are padded: never between a prompt and what continues it."""
        return "left" if self.continued else "right"
