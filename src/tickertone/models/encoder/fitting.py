"""Fine-tune an encoder, fully or through LoRA.

Invariants: the weights kept are those of the epoch with the lowest dev log loss (of the last epoch
where there is no dev or the recipe says `keep: last`); a training that was killed and resumed ends
with the weights of one that was not, bit for bit, given the same machine, thread count, micro-batch
and number of processes.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
from transformers import EarlyStoppingCallback, set_seed

from tickertone.catalog.recipes.encoder import EncoderSpec
from tickertone.models.bases import checked_base
from tickertone.models.data_parallel import rank
from tickertone.models.dev_scores import log_loss_and_accuracy
from tickertone.models.encoder import loading
from tickertone.models.encoder.callbacks import Watch
from tickertone.models.encoder.checkpoints import Progress, checkpoint_folder, newest_complete
from tickertone.models.encoder.forward import logits_of
from tickertone.models.encoder.trainer import Dev, EncoderTrainer, precision_of
from tickertone.models.examples import (
    labels_of,
    open_snapshots,
    require_every_label,
    rows_to_learn,
    texts_of,
)
from tickertone.models.pretrained import computes_bfloat16, device, load_tokenizer, quiet
from tickertone.models.protocol import FitJob, Fitted
from tickertone.models.token_batches import tokenise

Start = tuple[Path, Progress] | None


def fit(job: FitJob) -> Fitted:
    """Write the model's files into `job.out`, resuming from `job.scratch` where it can."""
    quiet()
    recipe = EncoderSpec.model_validate(job.recipe)
    job = replace(job, recipe=recipe)
    set_seed(recipe.seed)  # the head and the adapters are drawn from this
    with checked_base(recipe.base, job.project) as base:
        tokenizer = load_tokenizer(base)
        model = loading.untrained(base, recipe, job.labels)
        if recipe.head == "kept":
            loading.put_weights(model, base, recipe)
    rows, dev = _rows(job, tokenizer), _dev(job, tokenizer)
    root = job.scratch / "checkpoints"
    start = newest_complete(root, tidy=rank() == 0)
    progress = _train(job, model, tokenizer, rows, dev, start)
    if rank() == 0:
        kept = (recipe.keep == "best" and progress.best_step) or progress.step
        loading.put_weights(model, checkpoint_folder(root, kept), recipe)
        loading.save(model, tokenizer, job.out, recipe)
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return Fitted(
        parameters=sum(p.numel() for p in model.parameters()),
        trainable_parameters=trainable,
        samples_per_second=progress.samples / max(progress.busy_seconds, 1e-9),
        tokens_per_second=progress.tokens / max(progress.busy_seconds, 1e-9),
        epochs=progress.epochs,
        best_epoch=progress.best_epoch,
        earlier_seconds=start[1].seconds if start else 0.0,
        device=device().type,
        precision=precision_of(recipe),
        **_dev_metrics(model, tokenizer, dev if rank() == 0 else None),
    )


def _train(
    job: FitJob, model: Any, tokenizer: Any, rows: Any, dev: Dev | None, start: Start
) -> Progress:
    """Train to the end, from the checkpoint `start` if there is one."""
    recipe: EncoderSpec = job.recipe
    root = job.scratch / "checkpoints"
    if start is not None and start[1].finished:
        return start[1]
    watch = Watch(
        job.say,
        root,
        rows=len(rows),
        tokens=sum(rows["length"]),
        checkpoint_seconds=job.checkpoint_seconds,
        resumed=start[1] if start else None,
        measured=dev is not None,
    )
    callbacks: list[Any] = [watch]
    if recipe.patience is not None and dev is not None:
        callbacks.append(EarlyStoppingCallback(recipe.patience))
    trainer = EncoderTrainer(recipe, model, tokenizer, rows, dev, root, callbacks)
    if recipe.precision == "bfloat16" and not computes_bfloat16():
        job.say("this processor has no bfloat16 instructions: precision auto would be faster")
    job.say(f"resuming at step {start[1].step}" if start else f"training on {len(rows)} rows")
    trainer.train(resume_from_checkpoint=str(start[0]) if start else None)
    return watch.progress(trainer.state, trainer.control)


def _rows(job: FitJob, tokenizer: Any) -> Any:
    """The training snapshots as a Dataset of encodings with `labels` and `length` (in tokens)."""
    recipe: EncoderSpec = job.recipe
    rows = open_snapshots(job.train, job.scratch / "datasets")
    rows = rows_to_learn(rows, recipe, job.labels, recipe.seed)
    targets = labels_of(rows, job.labels)
    require_every_label(targets, job.labels, ", ".join(recipe.trained_on))
    encodings = tokenise(tokenizer, texts_of(rows), recipe.max_length)
    return datasets.Dataset.from_list(
        [
            {**encoding, "labels": int(target), "length": len(encoding["input_ids"])}
            for encoding, target in zip(encodings, targets, strict=True)
        ]
    )


def _dev(job: FitJob, tokenizer: Any) -> Dev | None:
    if not job.dev:
        return None
    rows = open_snapshots(job.dev, job.scratch / "datasets")
    encodings = tokenise(tokenizer, texts_of(rows), job.recipe.max_length)
    return Dev(encodings, labels_of(rows, job.labels))


def _dev_metrics(model: Any, tokenizer: Any, dev: Dev | None) -> dict[str, float]:
    if dev is None:
        return {}
    logits = logits_of(model, tokenizer, dev.encodings)
    loss, accuracy = log_loss_and_accuracy(logits, dev.labels)
    return {"dev_log_loss": loss, "dev_accuracy": accuracy}
