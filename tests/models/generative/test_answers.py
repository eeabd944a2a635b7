"""Fast scores of tries are those of the slow way: word by word, text by text."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.models.generative.slow_way import causal_log_likelihood, seq2seq_log_likelihood
from tests.models.tiny_language import CAUSAL, tiny_decoder, tiny_t5

pytestmark = pytest.mark.usefixtures("one_thread")
WORDS = {
    "one token": [[4997], [8699], [3893]],
    "several tokens": [[4997, 12, 13], [8699, 14], [3893, 15, 16, 17]],
    "shared beginnings": [[4997, 12, 13], [4997, 12, 14], [4997, 15], [3893]],
    "one begins another": [[4997], [4997, 12], [4997, 12, 13]],
    "longer than the exact distances": [[9, *range(30, 50)], [9, *range(31, 51)], [10]],
}
PROMPTS = [[2054, 2003, 2023], [7592, *range(3000, 3023)], [101], [1012] * 9]
ROUNDING = 2e-5  # of float32: log-likelihoods here are sums of up to 21 terms around -20


@pytest.fixture(scope="module", params=["t5", *CAUSAL])
def network(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """(model, the fast way, the slow way, the side on which prompts are padded)."""
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

    from tickertone.models.causal import answers as causal
    from tickertone.models.seq2seq import answers as seq2seq

    torch.set_num_threads(1)
    folder: Path = tmp_path_factory.mktemp(request.param)
    if request.param == "t5":
        tiny_t5(folder)
        model = AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
        return model, seq2seq.node_logits, seq2seq_log_likelihood, "right"
    tiny_decoder(folder, request.param)
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    return model, causal.node_logits, causal_log_likelihood, "left"


def padded(prompts: list[list[int]], side: str) -> dict[str, Any]:
    import torch

    width = max(map(len, prompts)) + 3
    ids, mask = [], []
    for prompt in prompts:
        gap = [0] * (width - len(prompt))
        ones = [1] * len(prompt)
        ids.append([*gap, *prompt] if side == "left" else [*prompt, *gap])
        mask.append([*gap, *ones] if side == "left" else [*ones, *gap])
    return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}


def fast(network: Any, prompts: list[list[int]], words: list[list[int]]) -> Any:
    import torch

    from tickertone.models.generative.label_scores import word_log_likelihoods
    from tickertone.models.generative.label_trie import label_trie

    model, node_logits, _, side = network
    trie = label_trie(words)
    with torch.inference_mode():
        logits = node_logits(model, padded(prompts, side), trie)
    assert logits.shape[:2] == (len(prompts), len(trie))
    return word_log_likelihoods(logits, trie, per_token=False).numpy()


@pytest.mark.parametrize("name", WORDS)
def test_scores_are_those_of_each_word_by_itself(network: Any, name: str) -> None:
    model, _, slow, _ = network
    words = WORDS[name]
    expected = [[slow(model, prompt, word) for word in words] for prompt in PROMPTS]
    found = fast(network, PROMPTS, words)
    assert np.ptp(found, axis=0).min() > 0.01  # the prompts matter
    np.testing.assert_allclose(found, expected, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("name", WORDS)
def test_gradients_are_those_of_each_word_by_itself(network: Any, name: str) -> None:
    import torch

    from tickertone.models.generative.label_scores import word_log_likelihoods
    from tickertone.models.generative.label_trie import label_trie

    model, node_logits, _, side = network
    words, trie = WORDS[name], label_trie(WORDS[name])
    weight = next(
        p for n, p in model.named_parameters() if n.endswith(("q.weight", "q_proj.weight"))
    )

    def gradient(scores: Callable[[list[list[int]]], Any]) -> Any:
        model.zero_grad()
        for start in range(len(words)):
            scores(words[start : start + 1]).sum().backward()
        return weight.grad.clone()

    def alone(some: list[list[int]]) -> Any:
        one = label_trie(some)
        return word_log_likelihoods(
            node_logits(model, padded(PROMPTS, side), one), one, per_token=False
        )

    by_itself = gradient(alone)
    model.zero_grad()
    logits = node_logits(model, padded(PROMPTS, side), trie)
    word_log_likelihoods(logits, trie, per_token=False).sum().backward()
    torch.testing.assert_close(weight.grad, by_itself, rtol=1e-3, atol=1e-3)
    model.zero_grad()
