"""Scores of label words after a prompt: the Scorer of prompted models."""

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import takewhile
from typing import Any

import numpy as np
import torch

from tickertone.catalog.forms.prompted import PromptedForm
from tickertone.errors import ModelError
from tickertone.models.generative.encoding import Encoding, PromptEncoder
from tickertone.models.generative.label_scores import less_prior, word_log_likelihoods
from tickertone.models.generative.label_tokens import word_trie
from tickertone.models.generative.label_trie import LabelTrie
from tickertone.models.generative.network import Network, NodeLogits
from tickertone.models.generative.prompts import Shot
from tickertone.models.protocol import Matrix, Text
from tickertone.models.token_batches import PAD_MULTIPLE, rows_in_batches

NEUTRAL = ("N/A", "[MASK]", "")  # texts that say nothing (Zhao et al. 2021, section 5)


NearestShots = Callable[[Sequence[Text]], list[list[Shot]]]
_UNLIKE = ("a", "7")  # two texts that no tokenizer begins alike
_WORTH_SHARING = 16  # tokens; fewer cost less than the copies of their keys and values


class PromptedScorer:
    """A network, what it is asked, and the words that it may answer with."""

    encoder = PromptEncoder

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        form: PromptedForm,
        network: Network,
        labels: tuple[str, ...],
        shots: Sequence[Shot] = (),
        nearest: NearestShots | None = None,
    ) -> None:
        """`shots` stand in every prompt, unless `nearest` says which stand in whose."""
        self.model = model
        self.tokenizer = tokenizer
        self.form = form
        self.network = network
        self.shots = tuple(shots)
        self.nearest = nearest
        words = form.words_for(labels)
        self.trie = answers(tokenizer, form, network, words)
        self.prompts = self.encoder(
            tokenizer, form.prompt, words, form.max_length, continued=network.continued
        )

    def logits(self, texts: Sequence[Text]) -> Matrix:
        """One row per text: log-likelihoods in nats of the labels' words, calibrated if asked."""
        if not texts:
            return np.zeros((0, len(self.trie.words)), dtype=np.float32)
        scores = self.scores(
            [self.prompts.encode(t, s) for t, s in zip(texts, self.shots_for(texts), strict=True)]
        )
        if self.form.scoring.calibration == "none":
            return scores
        return less_prior(torch.from_numpy(scores), self._neutral).numpy()

    def shots_for(self, texts: Sequence[Text]) -> Sequence[Sequence[Shot]]:
        """The examples that stand in the prompt of each text."""
        return self.nearest(texts) if self.nearest else [self.shots] * len(texts)

    def scores(self, encodings: Sequence[Encoding]) -> Matrix:
        """Uncalibrated scores of prompts; the mode of the network is restored."""
        was_training = self.model.training
        self.model.eval()
        try:
            if self._prefix and sum(map(self._begins_so, encodings)) > 1:
                return self._scores_after_prefix(encodings)
            return self._in_batches(self.network.node_logits, encodings)
        finally:
            self.model.train(was_training)

    def word_scores(self, logits: torch.Tensor) -> torch.Tensor:
        """From logits at the nodes of the trie to scores, (n, labels), with their gradients."""
        return word_log_likelihoods(logits, self.trie, per_token=self.form.scoring.per_token)

    def counted(self) -> dict[str, int]:
        """How many prompts lost examples or text since this was asked last."""
        counts = {what: count for what, count in self.prompts.counts.items() if count}
        self.prompts.counts.clear()
        return counts

    def _in_batches(self, node_logits: NodeLogits, encodings: Sequence[Encoding]) -> Matrix:
        def forward(batch: dict[str, torch.Tensor]) -> torch.Tensor:
            return self.word_scores(node_logits(self.model, batch, self.trie))

        place = next(self.model.parameters()).device
        # Padding is computed like any token, and moves bfloat16 scores by more than 0.1: it must be
        # little, and must not depend on the neighbours.
        padded = np.array([-(-len(e["input_ids"]) // PAD_MULTIPLE) for e in encodings])
        rows = np.empty((len(encodings), len(self.trie.words)), dtype=np.float32)
        for length in np.unique(padded):
            alike = np.flatnonzero(padded == length)
            some = [encodings[int(i)] for i in alike]
            rows[alike] = rows_in_batches(forward, self.tokenizer, some, place)
        return rows

    def _scores_after_prefix(self, encodings: Sequence[Encoding]) -> Matrix:
        """Prompts that begin with the prefix share it; those that lost an example do not."""
        if self.network.after_prefix is None:
            raise ValueError("a network that cannot share a prefix")
        rows = np.empty((len(encodings), len(self.trie.words)), dtype=np.float32)
        sharing = np.array([self._begins_so(encoding) for encoding in encodings])
        cut = len(self._prefix)
        rest = [
            {key: values[cut:] for key, values in encoding.items()}
            for encoding, shares in zip(encodings, sharing, strict=True)
            if shares
        ]
        rows[sharing] = self._in_batches(self.network.after_prefix(self.model, self._prefix), rest)
        if others := [encodings[int(i)] for i in np.flatnonzero(~sharing)]:
            rows[~sharing] = self._in_batches(self.network.node_logits, others)
        return rows

    def _begins_so(self, encoding: Encoding) -> bool:
        """Whether a prompt begins with the prefix, and goes on after it."""
        ids = encoding["input_ids"]
        return len(ids) > len(self._prefix) and ids[: len(self._prefix)] == self._prefix

    @cached_property
    def _prefix(self) -> list[int]:
        """The tokens that all whole prompts begin with, whatever the text; [] if not worth it."""
        if self.network.after_prefix is None:
            return []
        counts = self.prompts.counts.copy()
        one, other = (self.prompts.encode(text, self.shots)["input_ids"] for text in _UNLIKE)
        self.prompts.counts = counts
        pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
        shared = [token for token, _ in pairs]
        return shared if len(shared) >= _WORTH_SHARING else []

    @cached_property
    def _neutral(self) -> torch.Tensor:
        counts = self.prompts.counts.copy()
        scores = self.scores([self.prompts.encode(text, self.shots) for text in NEUTRAL])
        self.prompts.counts = counts
        return torch.from_numpy(scores)


def require_answer_alone(form: PromptedForm) -> None:
    """Raise ModelError for a template that asks for a rationale: nothing trains models on these."""
    if form.prompt.rationale is not None:
        raise ModelError(
            "prompt",
            found="a template that asks for a rationale",
            expected="one that asks for the label alone, such as plain or analyst",
            remedy="take such a prompt, or tuning: none",
        )


def answers(
    tokenizer: Any, form: PromptedForm, network: Network, words: tuple[str, ...]
) -> LabelTrie:
    """The trie of the labels' words, where the template has them stand."""
    return word_trie(
        tokenizer,
        words,
        after=form.prompt.cue if network.continued else None,
        end_token=form.scoring.end_token,
    )
