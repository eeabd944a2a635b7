"""A language model of a stated shape, its weights drawn at random.

It knows nothing yet: it is a start for `tuning: full`. Its word embeddings may be those of the
model whose tokenizer it takes, so that it need not learn from little text which words are alike.
"""

from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from transformers import LlamaConfig, LlamaForCausalLM, T5Config, T5ForConditionalGeneration

from tickertone.catalog.bases import ShapeSpec
from tickertone.errors import ModelError
from tickertone.models.pretrained import load_tokenizer

_WORDS = "embeddings.word_embeddings.weight"  # as the BERT architecture names them


def drawn(shape: ShapeSpec, folder: Path) -> Any:
    """The network, in float32, drawn from torch's global generator.

    `folder` has the tokenizer, and the embeddings where the shape asks for them. Raises ModelError
    if these are not there, or of another width.
    """
    tokenizer = load_tokenizer(folder)
    model = (_t5 if shape.architecture == "t5" else _llama)(shape, tokenizer)
    if shape.embeddings:
        words = _word_embeddings(folder, shape)
        spread = model.get_input_embeddings().weight.std() / words.std()
        with torch.no_grad():
            model.get_input_embeddings().weight.copy_(words * spread)
    return model


def _t5(shape: ShapeSpec, tokenizer: Any) -> Any:
    """As T5 1.1 begins, without dropout and with logits as they come, but drawn for Adam.

    Word embeddings of T5's own spread, 1, would stay as they are in steps of a thousandth. Smaller
    by the root of the width they can be learnt, and logits begin as large as those that the first
    T5 scales down. T5 does not divide attention scores by the root of a head's width: with keys as
    large as it draws them, each text soon hangs on one token. Smaller by that root, scores grow no
    faster than elsewhere.
    """
    model = T5ForConditionalGeneration(
        T5Config(
            vocab_size=len(tokenizer),
            d_model=shape.width,
            d_kv=shape.width // shape.heads,
            d_ff=shape.ff,
            num_layers=shape.layers,
            num_heads=shape.heads,
            feed_forward_proj="gated-gelu",
            dropout_rate=0.0,
            scale_decoder_outputs=False,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.sep_token_id,
            decoder_start_token_id=tokenizer.pad_token_id,
        )
    )
    with torch.no_grad():
        model.get_input_embeddings().weight.mul_(shape.width**-0.5)
        for name, weight in model.named_parameters():
            if name.endswith("Attention.k.weight"):
                weight.mul_(model.config.d_kv**-0.5)
    return model


def _llama(shape: ShapeSpec, tokenizer: Any) -> Any:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=shape.width,
            intermediate_size=shape.ff,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            max_position_embeddings=shape.positions,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=None,
            eos_token_id=tokenizer.sep_token_id,
            tie_word_embeddings=True,
        )
    )


def _word_embeddings(folder: Path, shape: ShapeSpec) -> torch.Tensor:
    """(tokens, width), of the checkpoint in `folder`."""
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118
                if name.endswith(_WORDS):
                    found: torch.Tensor = tensors.get_tensor(name).float()
                    if found.shape[1] == shape.width:
                        return found
                    raise ModelError(
                        f"base {shape.name}",
                        found=f"word embeddings of width {found.shape[1]}",
                        expected=f"width {shape.width}, as the shape says",
                        remedy="take the same width, or leave embeddings out",
                    )
    raise ModelError(
        f"base {shape.name}",
        found=f"no tensor {_WORDS}",
        expected="a checkpoint of the BERT architecture beside the tokenizer",
        remedy="leave embeddings out",
    )
