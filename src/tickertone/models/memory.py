"""How much memory training or scoring with a network will take, by its shape: an estimate.

Pure arithmetic; loads nothing. Every text counts with the recipe's `max_length` tokens, so that
short texts take less. It is no bound: tests hold it to within a quarter of what was measured.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tickertone.catalog.recipes.classifier import ClassifierSpec
from tickertone.catalog.recipes.encoder import EncoderSpec
from tickertone.catalog.recipes.prompted import CausalSpec, PromptedRecipe, Seq2SeqSpec
from tickertone.models.network_shapes import Network

Recipe = EncoderSpec | ClassifierSpec | Seq2SeqSpec | CausalSpec

_PROCESS = 800 * 2**20  # libraries themselves, on a GPU its context: 600 to 900 MiB were measured
_SCORED_AT_ONCE = 64  # models.token_batches.BATCH, which imports torch
_FLOAT = 4.0
_FOUR_BITS = 0.5 + (1 + 4 / 256) / 64  # NF4; a scale of 8 bits for 64 weights, and theirs for 256
_NODES = 3  # places in a trie of answers: words of one token have one, of two tokens up to four
_CASTS = 1.3  # norms and softmax of a bfloat16 network are of float32
_OF_ADAPTER = 6.5  # bytes for each input of a linear layer with adapters: a mask, and what is left


@dataclass(frozen=True)
class Memory:
    """Bytes at the peak: what stands there from first to last, and what a batch adds at most."""

    standing: float  # the process, weights, adapters, gradients, states of the optimiser
    passing: float  # activations, logits, keys and values

    @property
    def total(self) -> float:
        """Both."""
        return self.standing + self.passing


def of_training(recipe: Recipe, net: Network, *, paged: bool, at_once: int | None = None) -> Memory:
    """At the peak of a fit; `paged`: with the 8-bit optimiser that there is on a GPU.

    `at_once`: rows at a time, where that is fewer than a batch.
    """
    quantised = _tuning(recipe) in {"lora_8bit", "qlora"}
    batch = 0 if isinstance(recipe, ClassifierSpec) else recipe.batch_size
    batch = min(batch, at_once or batch)
    tuned, tokens = tuned_weights(recipe, net), batch * recipe.max_length
    states = tuned * (2 * _FLOAT + (2 if quantised and paged else 2 * _FLOAT))  # and gradients
    base = 0.0 if _tuning(recipe) == "full" else stored_weights(recipe, net)
    layer = tokens * activations(recipe, net)
    if quantised:  # checkpointed: each layer's input, and one layer that is computed again
        layers = layer + net.layers * tokens * net.width * _number(recipe)
    else:
        layers = net.layers * layer
    if isinstance(recipe, EncoderSpec) and recipe.precision != "float32":
        layers += 2 * net.weights  # autocast, where it is on, keeps copies of weights
    return Memory(_PROCESS + base + states, layers + 3 * _logits(recipe, net, batch))


def of_scoring(recipe: Recipe, net: Network) -> Memory:
    """At the peak of scoring full batches."""
    tokens = _SCORED_AT_ONCE * recipe.max_length
    adapted = _tuning(recipe) not in {"none", "full"}
    adapters = _FLOAT * tuned_weights(recipe, net) if adapted else 0.0
    passing = tokens * activations(recipe, net) / 2  # of one layer, and nothing for the way back
    if isinstance(recipe, CausalSpec) and recipe.shots:
        passing += 2 * net.layers * tokens * net.inner * _number(recipe)  # a shared prefix
    passing += 2 * _logits(recipe, net, _SCORED_AT_ONCE)
    return Memory(_PROCESS + stored_weights(recipe, net) + adapters, passing)


def tuned_weights(recipe: Recipe, net: Network) -> int:
    """How many numbers training changes: all, or those of the adapters."""
    if _tuning(recipe) == "full":
        return net.weights
    if isinstance(recipe, ClassifierSpec):
        return 0
    return sum(recipe.lora.rank * (out + into) for _, out, into in _targets(recipe, net))


def stored_weights(recipe: Recipe, net: Network) -> float:
    """Bytes of the base in memory, in its precision or quantised.

    transformers quantises all linear layers but the head and, of a T5, `wo`.
    """
    number = _number(recipe)
    packed = {"qlora": _FOUR_BITS, "lora_8bit": 1.0}.get(_tuning(recipe), number)
    sizes = (out * into for name, out, into in net.linear() if not name.endswith(".wo"))
    linear = sum(sizes)
    return linear * packed + (net.weights - linear) * number


def activations(recipe: Recipe, net: Network) -> float:
    """Bytes that one layer keeps of each token for the way back."""
    number = _number(recipe)
    number *= _CASTS if number < _FLOAT else 1
    kept = (7 * net.width + 4 * net.inner + net.kept_ff * net.ff) * number
    if net.dropout:
        kept += 3 * net.heads * recipe.max_length * _FLOAT
    if _tuning(recipe) in {"none", "full"}:
        return kept
    return kept + _OF_ADAPTER * _inputs(recipe, net) / net.layers


def _inputs(recipe: Recipe, net: Network) -> int:
    """Widths of what adapters read of each token of a text; a T5's decoder reads few tokens, but
    keys and values of all."""
    return sum(
        into
        for name, _, into in _targets(recipe, net)
        if not name.startswith("decoder.")
        or name.endswith(("EncDecAttention.k", "EncDecAttention.v"))
    )


def _targets(recipe: Recipe, net: Network) -> Iterator[tuple[str, int, int]]:
    """The linear layers that have adapters."""
    if isinstance(recipe, ClassifierSpec):
        return
    targets = recipe.lora.targets
    ends = tuple(f".{target}" for target in targets)  # a T5's o is not its wo
    for name, out, into in net.linear():
        if isinstance(targets, str) or f".{name}".endswith(ends):
            yield name, out, into


def _tuning(recipe: Recipe) -> str:
    return "none" if isinstance(recipe, ClassifierSpec) else recipe.tuning


def _number(recipe: Recipe) -> float:
    """Bytes of a number that is computed with; encoders are held in float32."""
    in_half = isinstance(recipe, PromptedRecipe) and recipe.precision == "bfloat16"
    return 2.0 if in_half else _FLOAT


def _logits(recipe: Recipe, net: Network, batch: int) -> float:
    """Bytes of the logits of label words, in float32."""
    return batch * _NODES * net.vocabulary * _FLOAT if isinstance(recipe, PromptedRecipe) else 0.0
