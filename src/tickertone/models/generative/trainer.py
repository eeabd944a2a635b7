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
        model: Any,  # noqa: ARG002 (the scorer's own)
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,  # noqa: ARG002
        num_items_in_batch: Any = None,  # noqa: ARG002
    ) -> Any:
        """Cross-entropy over label scores, or over the vocabulary at the right word's tokens."""
        targets = inputs.pop("labels")
        if self.loss == "language_model":
            logits = self.scorer.network.node_logits(self.scorer.model, inputs, self.scorer.trie)
            return language_model_loss(logits, self.scorer.trie, targets)
        return torch.nn.functional.cross_entropy(self.scorer.forward(inputs), targets)

    def compute_loss_context_manager(self) -> AbstractContextManager[Any]:
        """No autocast: the network computes as it does when it scores."""
        return nullcontext()

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Log loss and accuracy on dev, by the same function that scores texts later."""
        if self.dev is None:
            raise ValueError("no dev rows")
        scores = self.scorer.scores(self.dev.encodings)
        loss, accuracy = log_loss_and_accuracy(scores, self.dev.labels)
        metrics = {"eval_loss": loss, "eval_accuracy": accuracy}
        self.log(dict(metrics))
        control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        self.control: Any = control
        return metrics
