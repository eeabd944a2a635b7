"""Transformers' Trainer with our batches, our loss, our dev measurement and our autocast."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import PrinterCallback, Trainer, TrainingArguments

from tickertone.catalog.recipes.encoder import EncoderSpec
from tickertone.models.dev_scores import log_loss_and_accuracy
from tickertone.models.encoder.batches import LengthSampler
from tickertone.models.encoder.forward import logits_of
from tickertone.models.token_batches import PAD_MULTIPLE

_MAX_GRADIENT_NORM = 1.0
_CHECKPOINTS_KEPT = 3  # the best, the newest, and one that is complete while that is written


@dataclass(frozen=True)
class Dev:
    """Tokenised dev rows and their label indices."""

    encodings: Sequence[dict[str, list[int]]]
    labels: npt.NDArray[np.int64]


class EncoderTrainer(Trainer):  # type: ignore[misc]
    """The Trainer for one recipe; `rows` is a datasets.Dataset of encodings, labels and length."""

    def __init__(
        self,
        recipe: EncoderSpec,
        model: Any,
        tokenizer: Any,
        rows: Any,
        dev: Dev | None,
        folder: Path,
        callbacks: list[Any],
    ) -> None:
        self.recipe = recipe
        self.dev = dev
        self.lengths = list(rows["length"])

        def collate(batch: list[dict[str, Any]]) -> Any:
            return tokenizer.pad(batch, pad_to_multiple_of=PAD_MULTIPLE, return_tensors="pt")

        super().__init__(
            model=model,
            args=training_arguments(recipe, folder, measured=dev is not None),
            train_dataset=rows.remove_columns("length"),
            eval_dataset=rows if dev else None,  # never read: `evaluate` is our own
            processing_class=tokenizer,
            data_collator=collate,
            compute_loss_func=self._loss,
            callbacks=callbacks,
        )
        self.remove_callback(PrinterCallback)

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthSampler:  # noqa: ARG002
        return LengthSampler(
            self.lengths,
            self.args.train_batch_size,  # of all GPUs together, as the loader cuts it
            self.recipe.seed,
            lambda: int(self.state.global_step),
        )

    def _loss(self, outputs: Any, labels: torch.Tensor, num_items_in_batch: Any = None) -> Any:  # noqa: ARG002
        return torch.nn.functional.cross_entropy(
            outputs["logits"].float(), labels, label_smoothing=self.recipe.label_smoothing
        )

    def compute_loss_context_manager(self) -> AbstractContextManager[Any]:
        """Autocast for training steps alone: dev is measured in float32, as scores are."""
        return torch.autocast(
            self.args.device.type,
            dtype=torch.bfloat16,
            enabled=self.recipe.precision == "bfloat16",
        )

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Log loss and accuracy on dev, by the same function that scores texts later."""
        if self.dev is None:
            raise ValueError("no dev rows")
        logits = logits_of(self.model, self.processing_class, self.dev.encodings)
        loss, accuracy = log_loss_and_accuracy(logits, self.dev.labels)
        metrics = {"eval_loss": loss, "eval_accuracy": accuracy}
        self.log(dict(metrics))
        control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        self.control: Any = control
        return metrics


def training_arguments(recipe: EncoderSpec, folder: Path, *, measured: bool) -> TrainingArguments:
    """The Trainer's settings for a recipe; `measured`: dev is measured after each epoch."""
    return TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=recipe.warmup,  # below 1 it is a share of all steps
        weight_decay=recipe.weight_decay,
        max_grad_norm=_MAX_GRADIENT_NORM,
        seed=recipe.seed,
        eval_strategy="epoch" if measured else "no",
        metric_for_best_model="loss" if measured else None,
        greater_is_better=False if measured else None,
        save_strategy="epoch",
        save_total_limit=_CHECKPOINTS_KEPT,
        logging_strategy="no",
        disable_tqdm=True,
        report_to="none",
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
        remove_unused_columns=False,
        label_names=["labels"],
    )
