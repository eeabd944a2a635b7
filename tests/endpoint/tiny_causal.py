"""A causal model of some thousand parameters that has learnt to name the label of a sentence."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.models.tiny import LABELS, examples

ASKING = "\nSentiment:"
WORDS = tuple(f" {label}" for label in LABELS)


@dataclass(frozen=True)
class TinyCausal:
    """The model, its tokenizer, and the folder that transformers loads them from."""

    model: Any
    tokenizer: Any
    folder: Path

    def logprobs(self, ids: list[int]) -> Any:
        """Log-probabilities of the next token, behind every token of `ids`."""
        import torch

        with torch.no_grad():
            return torch.log_softmax(self.model(torch.tensor([ids])).logits[0].float(), dim=-1)

    def likelihood(self, text: str, word: str) -> float:
        """log p(word | text), the slow and certain way."""
        begin = len(self.tokenizer(text)["input_ids"])
        ids = self.tokenizer(text + word)["input_ids"]
        rows = self.logprobs(ids)
        return float(sum(rows[i - 1, ids[i]] for i in range(begin, len(ids))))


def make(folder: Path) -> TinyCausal:
    """Trained for some seconds on one thread: on half of the sentences, so that it can be wrong."""
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(7)
    lines = [f"{text}{ASKING} {label}" for text, label in examples()]
    pieces = ByteLevelBPETokenizer()
    pieces.train_from_iterator(lines, vocab_size=300, special_tokens=["<s>", "</s>"])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=pieces._tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}" + ASKING
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=48,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=256,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    model = LlamaForCausalLM(config)
    _train(model, [[*tokenizer(line)["input_ids"], 1] for line in lines[::2]])
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return TinyCausal(model, tokenizer, folder)


def _train(model: Any, rows: list[list[int]]) -> None:
    """Plain language modelling, each row's loss on all of its tokens."""
    import torch

    width = max(map(len, rows))
    ids = torch.tensor([row + [1] * (width - len(row)) for row in rows])
    real = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    model.train()
    for _ in range(90):
        loss = model(ids, attention_mask=real, labels=ids.masked_fill(real == 0, -100)).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
