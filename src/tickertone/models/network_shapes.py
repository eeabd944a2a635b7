"""The shape of a pretrained network: by its checkpoint's files, as published, or as drawn here.

Reads headers and config.json that others have opened; loads nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from tickertone.catalog.bases import ShapeSpec
from tickertone.catalog.networks import NetworkSpec

Shapes = Mapping[str, tuple[int, ...]]  # tensor -> its shape, as a checkpoint's headers say

_T5 = ("t5", "mt5", "umt5")
_NAMES = {
    "width": ("d_model", "hidden_size"),
    "ff": ("d_ff", "intermediate_size", "d_inner"),
    "heads": ("num_heads", "num_attention_heads", "n_head"),
    "layers": ("num_layers", "num_hidden_layers", "n_layer"),
    "vocabulary": ("vocab_size",),
}
_DROPOUT = ("dropout_rate", "attention_probs_dropout_prob", "attention_dropout", "dropout")
_NOT_LINEAR = ("embed", "shared", "lm_head", "bias", "norm")
# What torch was seen to keep for the way back, for each token and layer.
_OF_PLAIN, _OF_SILU, _OF_GELU = 2, 4, 10  # of width ff: two matrices, gated by SiLU, by T5's GELU


@dataclass(frozen=True)
class _Layer:
    """What the layers of an architecture are made of, named as in a checkpoint."""

    attentions: Mapping[str, tuple[str, ...]]  # stack of layers -> the attentions of one
    out: tuple[str, ...]
    kv: tuple[str, ...]  # of these, keys and values
    back: str
    up: tuple[str, ...]
    down: str
    kept_ff: int
    dropout: bool


_LAYERS = {
    "bert": _Layer(
        attentions={"encoder.layer": ("attention",)},
        out=("query", "key", "value"),
        kv=("key", "value"),
        back="output.dense",
        up=("intermediate.dense",),
        down="output.dense",
        kept_ff=_OF_PLAIN,
        dropout=True,
    ),
    "t5": _Layer(
        attentions={
            "encoder.block": ("SelfAttention",),
            "decoder.block": ("SelfAttention", "EncDecAttention"),
        },
        out=("q", "k", "v"),
        kv=("k", "v"),
        back="o",
        up=("wi_0", "wi_1"),
        down="wo",
        kept_ff=_OF_GELU,
        dropout=True,
    ),
    "llama": _Layer(
        attentions={"model.layers": ("self_attn",)},
        out=("q_proj", "k_proj", "v_proj"),
        kv=("k_proj", "v_proj"),
        back="o_proj",
        up=("gate_proj", "up_proj"),
        down="down_proj",
        kept_ff=_OF_SILU,
        dropout=False,
    ),
}


@dataclass(frozen=True)
class Network:
    """The shape of a pretrained network."""

    width: int
    ff: int
    inner: int  # of all heads together
    heads: int
    layers: int  # of an encoder-decoder those of its encoder
    vocabulary: int
    kept_ff: int  # numbers of width ff that a layer keeps of a token
    dropout: bool  # in attention, so that its weights are kept as well
    tensors: Shapes

    @property
    def weights(self) -> int:
        """All of them."""
        return sum(map(prod, self.tensors.values()))

    def linear(self) -> Iterator[tuple[str, int, int]]:
        """Name, width out and width in of each linear layer, but for the head."""
        for name, shape in self.tensors.items():
            if len(shape) == 2 and not any(part in name.lower() for part in _NOT_LINEAR):
                yield name.removesuffix(".weight"), *shape


def network(config: Mapping[str, Any], tensors: Shapes) -> Network | None:
    """A network by its config.json and its tensors; None if its layers are not stated there."""
    found = {
        field: next((int(config[name]) for name in names if config.get(name)), 0)
        for field, names in _NAMES.items()
    }
    if not all(found.values()):
        return None
    each = config.get("d_kv") or config.get("head_dim") or found["width"] // found["heads"]
    gated = any(name.endswith("gate_proj.weight") for name in tensors)
    kept_ff = _OF_SILU if gated else _OF_PLAIN
    if config.get("model_type") in _T5 and "gated" in str(config.get("feed_forward_proj")):
        kept_ff = _OF_GELU
    return Network(
        **found,
        inner=found["heads"] * int(each),
        kept_ff=kept_ff,
        dropout=any(config.get(name) for name in _DROPOUT),
        tensors=tensors,
    )


def stated(spec: NetworkSpec) -> Network:
    """A network by its published shape: its large matrices, named as in a checkpoint."""
    tensors: dict[str, tuple[int, ...]] = {"shared.weight": (spec.vocabulary, spec.width)}
    if spec.head:
        tensors["lm_head.weight"] = (spec.vocabulary, spec.width)
    layer = _LAYERS[spec.architecture]
    for stack, attentions in layer.attentions.items():
        for place in (f"{stack}.{i}" for i in range(spec.layers)):
            for attention in (f"{place}.{name}" for name in attentions):
                for name in layer.out:
                    wide = spec.inner_kv if name in layer.kv else spec.inner
                    tensors[f"{attention}.{name}.weight"] = (wide, spec.width)
                tensors[f"{attention}.{layer.back}.weight"] = (spec.width, spec.inner)
            tensors |= {f"{place}.{name}.weight": (spec.ff, spec.width) for name in layer.up}
            tensors[f"{place}.{layer.down}.weight"] = (spec.width, spec.ff)
    return Network(
        width=spec.width,
        ff=spec.ff,
        inner=spec.inner,
        heads=spec.heads,
        layers=spec.layers,
        vocabulary=spec.vocabulary,
        kept_ff=layer.kept_ff,
        dropout=layer.dropout,
        tensors=tensors,
    )


def drawn(shape: ShapeSpec, vocabulary: int) -> Network:
    """The network that models.generative.drawn draws; its head is its word embeddings."""
    return stated(
        NetworkSpec(
            architecture=shape.architecture,
            width=shape.width,
            ff=shape.ff,
            layers=shape.layers,
            heads=shape.heads,
            vocabulary=vocabulary,
            head=False,
        )
    )
