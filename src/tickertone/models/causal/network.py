"""Decoders, as the code that all prompted models share sees them."""

from tickertone.models.causal.answers import node_logits, require_positions_as_given
from tickertone.models.causal.prefix import after_prefix
from tickertone.models.generative.network import Network

NETWORK = Network(
    auto_class="AutoModelForCausalLM",
    node_logits=node_logits,
    require_suitable=require_positions_as_given,
    continued=True,
    after_prefix=after_prefix,
)
