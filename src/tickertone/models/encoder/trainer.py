"""Transformers' Trainer with our batches, our loss, our dev measurement and our autocast."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import DataLoader
from transformers import PrinterCallback, Trainer, TrainingArguments

from tickertone.catalog.recipes.encoder import EncoderSpec
from tickertone.models.data_parallel import agreed, parts_of_batch, processes, rank
from tickertone.models.dev_scores import log_loss_and_accuracy
from tickertone.models.encoder.batches import LengthSampler
from tickertone.models.encoder.forward import logits_of
from tickertone.models.out_of_memory import step_of_rows
from tickertone.models.pretrained import computes_bfloat16
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
            self.recipe.batch_size,
            self.recipe.seed,
            lambda: int(self.state.global_step),
        )

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Whole batches in every process: accelerate's loader repeats rows to fill the last one."""
        return DataLoader(
            self.train_dataset,
            batch_size=self.recipe.batch_size,
            sampler=self._get_train_sampler(),
            collate_fn=self.data_collator,
            pin_memory=self.args.dataloader_pin_memory,
        )

    def training_step(
        self,
        model: Any,
        inputs: dict[str, torch.Tensor],
        num_items_in_batch: Any = None,  # noqa: ARG002 (of rows as of tokens: see row_sizes)
    ) -> torch.Tensor:
        """Gradients of the mean loss over a batch, a micro-batch at a time; returns that loss.

        Of several processes, each returns a share whose mean over processes is the loss. Raises
        TooManyRows where memory runs out.
        """
        model.train()
        if processes() > 1:
            self._draw_apart()
        with step_of_rows():
            return self._gradients(model, inputs)

    def _gradients(self, model: Any, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        parts = parts_of_batch(self.row_sizes(inputs["labels"]))
        inputs = self._prepare_inputs(inputs)
        total = torch.zeros((), device=self.args.device)
        for number, part in enumerate(parts, 1):
            rows = {name: tensor[part.rows] for name, tensor in inputs.items()}
            with nullcontext() if number == len(parts) else self.accelerator.no_sync(model):
                with self.compute_loss_context_manager():
                    loss = self.compute_loss(model, rows) * part.weight
                self.accelerator.backward(loss)
            total += loss.detach()
        return total

    def row_sizes(self, labels: torch.Tensor) -> list[float]:
        """How much each row counts in the mean that `compute_loss` returns."""
        return [1.0] * len(labels)

    def _draw_apart(self) -> None:
        """Another dropout in each process, by the step, so that no state of it need be kept."""
        drawn = np.random.SeedSequence([self.recipe.seed, self.state.global_step, rank()])
        torch.manual_seed(int(drawn.generate_state(1)[0]))

    def _save_rng_state(self, output_dir: str) -> None:
        if processes() == 1:  # else see _draw_apart
            super()._save_rng_state(output_dir)

    def _loss(self, outputs: Any, labels: torch.Tensor, num_items_in_batch: Any = None) -> Any:  # noqa: ARG002
        return torch.nn.functional.cross_entropy(
            outputs["logits"].float(), labels, label_smoothing=self.recipe.label_smoothing
        )

    def compute_loss_context_manager(self) -> AbstractContextManager[Any]:
        """Autocast for training steps alone: dev is measured in float32, as scores are."""
        return torch.autocast(
            self.args.device.type,
            dtype=torch.bfloat16,
            enabled=precision_of(self.recipe) == "bfloat16",
        )

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Log loss and accuracy on dev, by the same function that scores texts later."""
        if self.dev is None:
            raise ValueError("no dev rows")
        loss, accuracy = agreed(*(self._dev_scores(self.dev) if rank() == 0 else (0.0, 0.0)))
        metrics = {"eval_loss": loss, "eval_accuracy": accuracy}
        self.log(dict(metrics))
        control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        self.control: Any = control
        return metrics

    def _dev_scores(self, dev: Dev) -> tuple[float, float]:
        logits = logits_of(self.model, self.processing_class, dev.encodings)
        return log_loss_and_accuracy(logits, dev.labels)


def precision_of(recipe: EncoderSpec) -> str:
    """What training steps are computed in here: float32 or bfloat16."""
    if recipe.precision == "auto":
        return "bfloat16" if computes_bfloat16() else "float32"
    return recipe.precision


def training_arguments(recipe: EncoderSpec, folder: Path, *, measured: bool) -> TrainingArguments:
    """The Trainer's settings for a recipe; `measured`: dev is measured after each epoch."""
    arguments = TrainingArguments(
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
        average_tokens_across_devices=False,  # the losses of parts are weighted in training_step
        ddp_broadcast_buffers=False,  # they are constants
    )
    arguments._n_gpu = min(arguments.n_gpu, 1)  # one a process, and no DataParallel
    return arguments
