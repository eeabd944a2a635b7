"""The trainer of encoders with another loss: that of the scores by which texts are judged later."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch

from tickertone.catalog.recipes.prompted import CausalSpec, Seq2SeqSpec
from tickertone.models.dev_scores import log_loss_and_accuracy
from tickertone.models.encoder.trainer import Dev, EncoderTrainer
from tickertone.models.generative.label_scores import language_model_loss
from tickertone.models.generative.scorer import PromptedScorer


class LabelTrainer(EncoderTrainer):
    """Tunes a scorer's network, or its adapters; `rows` are encoded prompts, labels and length."""

    def __init__(
        self,
        recipe: Seq2SeqSpec | CausalSpec,
        scorer: PromptedScorer,
        rows: Any,
        dev: Dev | None,
        folder: Path,
        callbacks: list[Any],
    ) -> None:
        self.scorer = scorer
        self.loss = recipe.loss
        settings: Any = recipe  # it has the fields of an EncoderSpec that the trainer reads
        super().__init__(settings, scorer.model, scorer.tokenizer, rows, dev, folder, callbacks)
        if recipe.tuning in {"lora_8bit", "qlora"}:
            scorer.model.gradient_checkpointing_enable({"use_reentrant": False})
            if torch.cuda.is_available():
                self.args.optim = "paged_adamw_8bit"

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,  # noqa: ARG002
        num_items_in_batch: Any = None,  # noqa: ARG002
    ) -> Any:
        """Cross-entropy over label scores, or over the vocabulary at the right word's tokens."""
        targets, trie = inputs.pop("labels"), self.scorer.trie
        own = self.scorer.model
        network = own if model is own else _Wrapped(model, own)
        logits = self.scorer.network.node_logits(network, inputs, trie)
        if self.loss == "language_model":
            return language_model_loss(logits, trie, targets)
        return torch.nn.functional.cross_entropy(self.scorer.word_scores(logits), targets)

    def row_sizes(self, labels: torch.Tensor) -> list[float]:
        """A row's tokens where the mean is over tokens."""
        if self.loss != "language_model":
            return super().row_sizes(labels)
        return [float(len(self.scorer.trie.words[label])) for label in labels.tolist()]

    def compute_loss_context_manager(self) -> AbstractContextManager[Any]:
        """No autocast: the network computes as it does when it scores."""
        return nullcontext()

    def _dev_scores(self, dev: Dev) -> tuple[float, float]:
        return log_loss_and_accuracy(self.scorer.scores(dev.encodings), dev.labels)


class _Wrapped:
    """A network whose calls go through the wrapper that averages gradients over processes."""

    def __init__(self, wrapper: Any, network: Any) -> None:
        self.wrapper = wrapper
        self.network = network

    def __call__(self, **inputs: Any) -> Any:
        return self.wrapper(**inputs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.network, name)
