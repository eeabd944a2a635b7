"""Tune a prompted model on the scores of its label words: every weight, or LoRA or QLoRA adapters.

The invariants of encoder fitting hold: the weights kept are those that the recipe's `keep` says; a
training that was killed and resumed ends with the weights of one that was not, bit for bit, given
the same machine, thread count, micro-batch and number of processes.
"""

from pathlib import Path
from typing import Any

import datasets
from transformers import set_seed

from tickertone.catalog.recipes.prompted import CausalSpec, Seq2SeqSpec
from tickertone.models.bases import checked_base
from tickertone.models.data_parallel import rank
from tickertone.models.dev_scores import log_loss_and_accuracy
from tickertone.models.encoder.callbacks import Watch
from tickertone.models.encoder.checkpoints import Progress, checkpoint_folder, newest_complete
from tickertone.models.encoder.trainer import Dev
from tickertone.models.examples import (
    drawn_rows,
    labels_of,
    open_snapshots,
    require_every_label,
    texts_of,
)
from tickertone.models.generative.loading import (
    prompt_tokenizer,
    prompted_model,
    put_tuned,
    save_tuned,
)
from tickertone.models.generative.network import Network
from tickertone.models.generative.scorer import PromptedScorer, require_answer_alone
from tickertone.models.generative.trainer import LabelTrainer
from tickertone.models.pretrained import device, quiet
from tickertone.models.protocol import FitJob, Fitted

Start = tuple[Path, Progress] | None


def fit_prompted(job: FitJob, recipe: Seq2SeqSpec | CausalSpec, network: Network) -> Fitted:
    """Write what was tuned into `job.out`, resuming from `job.scratch` where it can."""
    quiet()
    require_answer_alone(recipe)
    set_seed(recipe.seed)  # adapters and shapes are drawn from this
    with checked_base(recipe.base, job.project) as base:
        model = prompted_model(base, recipe, network)
        tokenizer = prompt_tokenizer(base, network)
    scorer = PromptedScorer(model, tokenizer, recipe, network, job.labels)
    rows, dev = _rows(job, recipe, scorer), _dev(job, scorer)
    for what, count in scorer.counted().items():
        job.say(f"{what.replace('_', ' ')}: {count}")
    root = job.scratch / "checkpoints"
    start = newest_complete(root, tidy=rank() == 0)
    progress = _train(job, recipe, scorer, rows, dev, start)
    if rank() == 0:
        kept = (recipe.keep == "best" and progress.best_step) or progress.step
        put_tuned(model, checkpoint_folder(root, kept), recipe)
        save_tuned(model, tokenizer, job.out, recipe)
    trainable, parameters = _counted(model)
    return Fitted(
        parameters=parameters,
        trainable_parameters=trainable,
        samples_per_second=progress.samples / max(progress.busy_seconds, 1e-9),
        tokens_per_second=progress.tokens / max(progress.busy_seconds, 1e-9),
        epochs=progress.epochs,
        best_epoch=progress.best_epoch,
        earlier_seconds=start[1].seconds if start else 0.0,
        device=device().type,
        **_dev_metrics(scorer, dev if rank() == 0 else None),
    )


def _train(
    job: FitJob,
    recipe: Seq2SeqSpec | CausalSpec,
    scorer: PromptedScorer,
    rows: Any,
    dev: Dev | None,
    start: Start,
) -> Progress:
    """Train to the end, from the checkpoint `start` if there is one."""
    if start is not None and start[1].finished:
        return start[1]
    root = job.scratch / "checkpoints"
    watch = Watch(
        job.say,
        root,
        rows=len(rows),
        tokens=sum(rows["length"]),
        checkpoint_seconds=job.checkpoint_seconds,
        resumed=start[1] if start else None,
    )
    trainer = LabelTrainer(recipe, scorer, rows, dev, root, [watch])
    job.say(f"resuming at step {start[1].step}" if start else f"training on {len(rows)} rows")
    trainer.train(resume_from_checkpoint=str(start[0]) if start else None)
    return watch.progress(trainer.state, trainer.control)


def _rows(job: FitJob, recipe: Seq2SeqSpec | CausalSpec, scorer: PromptedScorer) -> Any:
    """The training snapshots as a Dataset of prompts with `labels` and `length` (in tokens)."""
    rows = open_snapshots(job.train, job.scratch / "datasets")
    targets = labels_of(rows, job.labels)
    if recipe.rows is not None:
        chosen = drawn_rows(targets, recipe.rows, recipe.seed, balanced=recipe.balanced)
        rows, targets = rows.select(chosen), targets[chosen]
    require_every_label(targets, job.labels, ", ".join(recipe.trained_on))
    encodings = [scorer.prompts.encode(text) for text in texts_of(rows)]
    return datasets.Dataset.from_list(
        [
            {**encoding, "labels": int(target), "length": len(encoding["input_ids"])}
            for encoding, target in zip(encodings, targets, strict=True)
        ]
    )


def _dev(job: FitJob, scorer: PromptedScorer) -> Dev | None:
    if not job.dev:
        return None
    rows = open_snapshots(job.dev, job.scratch / "datasets")
    encodings = [scorer.prompts.encode(text) for text in texts_of(rows)]
    return Dev(encodings, labels_of(rows, job.labels))


def _counted(model: Any) -> tuple[int, int]:
    """Parameters that are trained, and all; of 4-bit weights peft knows how many there are."""
    if hasattr(model, "get_nb_trainable_parameters"):
        trainable, every = model.get_nb_trainable_parameters()
        return int(trainable), int(every)
    every = sum(parameter.numel() for parameter in model.parameters())
    return every, every


def _dev_metrics(scorer: PromptedScorer, dev: Dev | None) -> dict[str, float]:
    if dev is None:
        return {}
    loss, accuracy = log_loss_and_accuracy(scorer.scores(dev.encodings), dev.labels)
    return {"dev_log_loss": loss, "dev_accuracy": accuracy}
