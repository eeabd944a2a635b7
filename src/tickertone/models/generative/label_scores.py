"""From a network's logits at the nodes of a trie to one score a label."""

import torch

from tickertone.models.generative.label_trie import LabelTrie


def word_log_likelihoods(logits: torch.Tensor, trie: LabelTrie, *, per_token: bool) -> torch.Tensor:
    """Log-likelihood of each word in nats, (n, words), in float32.

    logits: (n, nodes, vocabulary). `per_token`: the mean over a word's tokens, not the sum.
    """
    spread = logits.float()
    normalisers = spread.logsumexp(dim=-1)
    columns = []
    for word in trie.words:
        nodes = [node for node, _ in word]
        tokens = [token for _, token in word]
        steps = spread[:, nodes, tokens] - normalisers[:, nodes]
        columns.append(steps.mean(dim=1) if per_token else steps.sum(dim=1))
    return torch.stack(columns, dim=1)


def less_prior(scores: torch.Tensor, neutral: torch.Tensor) -> torch.Tensor:
    """Contextual calibration (Zhao et al. 2021, section 4): scores less the log prior, (n, words).

    neutral: (texts, words), the scores after texts that say nothing. The prior is the mean of their
    softmax; dividing probabilities by it makes all words equally likely after such a text.
    """
    prior = neutral.double().softmax(dim=1).mean(dim=0)
    return (scores.double() - prior.log()).to(scores.dtype)


def language_model_loss(
    logits: torch.Tensor, trie: LabelTrie, targets: torch.Tensor
) -> torch.Tensor:
    """Mean negative log-likelihood in nats of the tokens of each row's right word.

    logits: (n, nodes, vocabulary); targets: (n,), indices of words. Every token weighs the same.
    """
    right = word_log_likelihoods(logits, trie, per_token=False)
    lengths = torch.tensor([len(word) for word in trie.words], device=targets.device)
    return -right.gather(1, targets[:, None]).sum() / lengths[targets].sum()
