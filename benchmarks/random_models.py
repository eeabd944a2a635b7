"""Language models with random weights and MiniLM's tokenizer, as checkpoints on disk.

They know nothing; what it costs to ask them depends on their shape alone.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.load import Catalog
from tickertone.models.bases import checked_base

VOCABULARY = 30522
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "vocab.txt")
_MINILM = "minilm_full"  # a model of data/models.yaml whose base it is
# With the weights that transformers starts from, a network answers all texts alike.
_T5_SPREAD, _LLAMA_SPREAD = 0.05, 0.08
Shape = Mapping[str, int]

T5: Shape = {  # 32 million weights, 12 of them word vectors
    "d_model": 384,
    "d_kv": 64,
    "d_ff": 1024,
    "num_layers": 5,
    "num_heads": 6,
}
LLAMA: Shape = {  # 34 million, 23 of them in word vectors and head
    "hidden_size": 384,
    "intermediate_size": 1024,
    "num_hidden_layers": 6,
    "num_attention_heads": 6,
    "num_key_value_heads": 6,
}
POSITIONS = 1024


def put_tokenizer(catalog: Catalog, project: Path, folder: Path) -> None:
    """Copy MiniLM's tokenizer, each file checked against its sha256."""
    base: BaseSpec = catalog.models[_MINILM].base  # type: ignore[union-attr]
    with checked_base(base, project) as files:
        for name in TOKENIZER:
            shutil.copyfile(files / name, folder / name)


def random_t5(folder: Path, shape: Shape) -> None:
    """An encoder-decoder built like T5 version 1.1, but for its head.

    The head is that of the word vectors: lm-evaluation-harness 0.4.13 ties it in every T5 under
    transformers 5, also in one that has its own, such as Flan-T5.
    """
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(1)
    config = T5Config(
        vocab_size=VOCABULARY,
        feed_forward_proj="gated-gelu",
        pad_token_id=0,
        decoder_start_token_id=0,
        eos_token_id=102,
        **shape,
    )
    model = T5ForConditionalGeneration(config)
    for name, parameter in model.named_parameters():
        if "layer_norm" not in name and name != "shared.weight":  # whose spread is 1
            torch.nn.init.normal_(parameter, std=_T5_SPREAD)
    model.save_pretrained(folder)


def random_llama(folder: Path, shape: Shape) -> None:
    """A decoder of the Llama architecture."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        max_position_embeddings=POSITIONS,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=102,
        tie_word_embeddings=False,
        initializer_range=_LLAMA_SPREAD,
        **shape,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
