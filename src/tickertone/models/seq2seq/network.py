"""T5s, as the code that all prompted models share sees them."""

from tickertone.models.generative.network import Network
from tickertone.models.seq2seq.answers import node_logits, require_relative_positions

NETWORK = Network(
    auto_class="AutoModelForSeq2SeqLM",
    node_logits=node_logits,
    require_suitable=require_relative_positions,
    continued=False,
)
