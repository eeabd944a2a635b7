"""The log-likelihood of words, one word and one text at a time: what the fast way must equal."""

from typing import Any

import torch


def seq2seq_log_likelihood(model: Any, prompt: list[int], word: list[int]) -> float:
    """Teacher forcing by transformers itself."""
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([prompt]), labels=torch.tensor([word])).logits[0]
    return _sum(logits.log_softmax(-1), word)


def causal_log_likelihood(model: Any, prompt: list[int], word: list[int]) -> float:
    """The prompt continued by the word, by transformers itself."""
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([[*prompt, *word]])).logits[0]
    return _sum(logits.log_softmax(-1)[len(prompt) - 1 : -1], word)


def _sum(log_probabilities: torch.Tensor, word: list[int]) -> float:
    return float(sum(row[token] for row, token in zip(log_probabilities, word, strict=True)))
