"""Random language models of a few thousand weights, with MiniLM's tokenizer."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.models.tiny import packaged
from tickertone.catalog.bases import BaseSpec

VOCABULARY = 30522
SPREAD = 0.6  # of the weights: with the usual 0.02 a random network says the same to everything
_SIZE: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "pad_token_id": 0,
    "bos_token_id": None,
    "eos_token_id": 102,
    "tie_word_embeddings": False,
    "initializer_range": SPREAD,
}
CAUSAL = ("llama", "mistral", "qwen3")


def tiny_t5(folder: Path, **changes: Any) -> BaseSpec:
    """An encoder-decoder like Flan-T5: gated, with a head of its own, and a config that says so.

    `changes` go into its configuration.
    """
    import torch
    from safetensors.torch import save_file
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(3)
    config = T5Config(
        vocab_size=VOCABULARY,
        d_model=16,
        d_kv=4,
        d_ff=32,
        num_layers=2,
        num_heads=4,
        relative_attention_num_buckets=8,
        relative_attention_max_distance=20,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=False,
        pad_token_id=0,
        decoder_start_token_id=0,
        eos_token_id=102,
        **changes,
    )
    model = T5ForConditionalGeneration(config)
    for name, parameter in model.named_parameters():
        if "layer_norm" not in name:
            torch.nn.init.normal_(parameter, std=SPREAD)
    base = _written(model, folder)
    # Version 5 ties the head of every T5 that it makes; the files of Flan-T5 are older.
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    tensors["lm_head.weight"] = torch.randn_like(model.lm_head.weight) * SPREAD
    for name in ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight"):
        del tensors[name]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config_file = folder / "config.json"
    written = json.loads(config_file.read_text())
    written.pop("scale_decoder_outputs", None)
    config_file.write_text(json.dumps({**written, "tie_word_embeddings": False}))
    return base


def tiny_decoder(folder: Path, kind: str) -> BaseSpec:
    """A decoder of an architecture in CAUSAL."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(3)
    config = AutoConfig.for_model(kind, **_SIZE)
    return _written(AutoModelForCausalLM.from_config(config), folder)


def _written(model: Any, folder: Path) -> BaseSpec:
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        shutil.copyfile(packaged(name), folder / name)
    return BaseSpec(folder=str(folder))
