"""The shapes of Flan-T5, their weights drawn at random, and what computing with them takes."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import AutoModelForSeq2SeqLM, T5Config

VOCABULARY = 32128
_SQUARE = {"cuda": 8192, "cpu": 1024}  # side of the matrices whose product is timed
_PRODUCTS = 10


@dataclass(frozen=True)
class T5Shape:
    """A T5 version 1.1 with a head of its own: its config.json in the fields that cost something.

    `layers` are those of the encoder, and as many of the decoder.
    """

    d_model: int
    d_ff: int
    layers: int
    heads: int
    d_kv: int = 64

    @property
    def inner(self) -> int:
        """Width of all heads together."""
        return self.heads * self.d_kv

    def forward_flops(self, prompt_tokens: int) -> float:
        """Floating-point operations of one pass: the prompt in the encoder, one decoder place.

        Two for each weight and token of the linear layers, and four for each width of the heads
        and pair of tokens in the encoder's attention. Norms, softmax and adapters are left out.
        """
        linear = 2 * self._weights_a_pass(prompt_tokens)
        return linear + self._attention_flops(prompt_tokens)

    def training_flops(self, prompt_tokens: int) -> float:
        """Of a step on one prompt, with the base frozen.

        A linear layer takes as much backward as forward (the gradient of what comes in, none of its
        weights), a product of two activations twice as much. What gradient checkpointing computes
        a second time is no work done.
        """
        linear = 2 * 2 * self._weights_a_pass(prompt_tokens)
        return linear + 3 * self._attention_flops(prompt_tokens)

    def _weights_a_pass(self, prompt_tokens: int) -> float:
        """Weights times the tokens that go through them."""
        attention, feed_forward = 4 * self.d_model * self.inner, 3 * self.d_model * self.d_ff
        encoder = prompt_tokens * (attention + feed_forward)
        crossed = prompt_tokens * attention / 2  # keys and values of the prompt, in the decoder
        decoder = attention + attention / 2 + feed_forward
        return self.layers * (encoder + crossed + decoder) + self.d_model * VOCABULARY

    def _attention_flops(self, prompt_tokens: int) -> float:
        return self.layers * 4 * self.inner * (prompt_tokens**2 + prompt_tokens)


SHAPES = {
    "tiny": T5Shape(d_model=64, d_ff=128, layers=2, heads=4, d_kv=16),  # of no published model
    "base": T5Shape(d_model=768, d_ff=2048, layers=12, heads=12),
    "large": T5Shape(d_model=1024, d_ff=2816, layers=24, heads=16),
    "xl": T5Shape(d_model=2048, d_ff=5120, layers=24, heads=32),
}


def random_checkpoint(shape: T5Shape, ends: int, folder: Path) -> int:
    """Write a checkpoint in bfloat16, laid out as Flan-T5's files are; the number of its weights.

    `ends`: the tokenizer's token for the end of a sequence.
    """
    torch.manual_seed(1)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model = random_network(shape, ends)
    tensors = {name: t.cpu().contiguous() for name, t in model.state_dict().items()}
    for copy in ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight"):
        del tensors[copy]
    folder.mkdir()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = {**model.config.to_dict(), "architectures": [type(model).__name__]}
    del config["scale_decoder_outputs"]  # files of Flan-T5 say it by the next line
    config["tie_word_embeddings"] = False
    (folder / "config.json").write_text(json.dumps(config))
    return sum(tensor.numel() for tensor in tensors.values())


def random_network(shape: T5Shape, ends: int) -> Any:
    """In bfloat16, with a head of its own."""
    config = T5Config(
        vocab_size=VOCABULARY,
        d_model=shape.d_model,
        d_kv=shape.d_kv,
        d_ff=shape.d_ff,
        num_layers=shape.layers,
        num_heads=shape.heads,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=False,
        pad_token_id=0,
        decoder_start_token_id=0,
        eos_token_id=ends,
    )
    model = AutoModelForSeq2SeqLM.from_config(config, dtype=torch.bfloat16)
    # transformers 5 ties the head of every T5 that it makes; the files of Flan-T5 are older.
    model.lm_head.weight = torch.nn.Parameter(torch.randn_like(model.lm_head.weight))
    return model


def bfloat16_rate() -> float:
    """Floating-point operations a second of the device in products of large bfloat16 matrices."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    side = _SQUARE[device]
    a, b = (torch.randn(side, side, device=device).to(torch.bfloat16) for _ in range(2))
    times = []
    for _ in range(_PRODUCTS + 3):
        began = time.perf_counter()
        a @ b
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - began)
    return 2 * float(side) ** 3 / median(times[3:])
