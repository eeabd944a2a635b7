"""One side of `benchmarks.qlora` in a process of its own: load, train, score, measure.

    python -m benchmarks.qlora_sides '{"side": "tickertone", ...}'

Needs torch, transformers, peft, bitsandbytes and pydantic; neither datasets nor a database. Prints
figures as JSON. Both sides load the same checkpoint and get the same prompts as token ids.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
import transformers
from transformers import TrainerCallback

from benchmarks.qlora_work import LABELS, Encoding, Rows, Work, load
from tickertone.frozen import Frozen
from tickertone.models.generative.loading import prompt_tokenizer, prompted_model
from tickertone.models.generative.scorer import PromptedScorer
from tickertone.models.generative.trainer import LabelTrainer
from tickertone.models.pretrained import device, quiet
from tickertone.models.seq2seq.network import NETWORK
from tickertone.models.token_batches import BATCH
from tickertone.training.threads import choose_threads

OURS, PLAIN = "tickertone", "peft + Trainer"
_WARM_BATCHES = 4


class Asked(Frozen):
    """What to measure."""

    side: Literal["tickertone", "peft + Trainer"]
    work: Path  # the prepared folder
    base: Path
    rows: int
    texts: int


class Side(Protocol):
    """A loaded model with its adapters."""

    def trainer(self, rows: Rows, folder: Path, clock: TrainerCallback) -> transformers.Trainer:
        """A trainer of one epoch."""
        ...

    def score(self, prompts: list[Encoding]) -> None:
        """Find the label of each prompt."""
        ...


class Ours:
    """Tickertone's own loader, trainer and scorer."""

    def __init__(self, work: Work, base: Path) -> None:
        self.recipe = work.recipe.model_copy(update={"epochs": 1})
        model = prompted_model(base, self.recipe, NETWORK)
        tokenizer = prompt_tokenizer(work.folder, NETWORK)
        self.scorer = PromptedScorer(model, tokenizer, self.recipe, NETWORK, LABELS)

    def trainer(self, rows: Rows, folder: Path, clock: TrainerCallback) -> transformers.Trainer:
        """Batches of like length, and the loss of the label scores."""
        return LabelTrainer(self.recipe, self.scorer, rows, None, folder, [clock])

    def score(self, prompts: list[Encoding]) -> None:
        """All labels from one pass."""
        self.scorer.scores(prompts)


class Plain:
    """What peft's and transformers' documentation would have one write, with the same settings.

    Batches in random order, padded to their longest prompt; the loss of the label's tokens; labels
    by greedy generation, in batches as they come.
    """

    def __init__(self, work: Work, base: Path) -> None:
        from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training

        self.recipe = work.recipe
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(work.folder)
        quantised = transformers.BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
        model = transformers.AutoModelForSeq2SeqLM.from_pretrained(
            base,
            dtype=torch.bfloat16,
            quantization_config=quantised,
            device_map={"": device()},
            use_safetensors=True,
        )
        lora = work.recipe.lora
        adapters = LoraConfig(
            task_type="SEQ_2_SEQ_LM",
            r=lora.rank,
            lora_alpha=lora.alpha,
            lora_dropout=lora.dropout,
            target_modules=lora.targets if isinstance(lora.targets, str) else list(lora.targets),
        )
        self.model = get_peft_model(prepare_model_for_kbit_training(model), adapters)
        ends = self.tokenizer.sep_token_id
        words = self.recipe.words_for(LABELS)
        spelt = self.tokenizer(list(words), add_special_tokens=False)["input_ids"]
        self.words = [[*word, ends] for word in spelt]

    def trainer(self, rows: Rows, folder: Path, clock: TrainerCallback) -> transformers.Trainer:
        """The default sampler and transformers' own collator."""
        settings = transformers.TrainingArguments(
            output_dir=str(folder),
            num_train_epochs=1,
            per_device_train_batch_size=self.recipe.batch_size,
            learning_rate=self.recipe.learning_rate,
            warmup_steps=self.recipe.warmup,
            bf16=True,
            gradient_checkpointing=True,
            optim="paged_adamw_8bit" if torch.cuda.is_available() else "adamw_torch",
            save_strategy="no",
            logging_strategy="no",
            disable_tqdm=True,
            report_to="none",
            use_cpu=not torch.cuda.is_available(),
        )
        answers = [
            {
                **{k: row[k] for k in ("input_ids", "attention_mask")},
                "labels": self.words[row["labels"]],
            }
            for row in rows
        ]
        trainer = transformers.Trainer(
            model=self.model,
            args=settings,
            train_dataset=answers,
            data_collator=transformers.DataCollatorForSeq2Seq(self.tokenizer, model=self.model),
            callbacks=[clock],
        )
        trainer.remove_callback(transformers.PrinterCallback)
        return trainer

    def score(self, prompts: list[Encoding]) -> None:
        """As many tokens as the longest label has."""
        self.model.eval()
        longest = max(map(len, self.words))
        with torch.inference_mode():
            for start in range(0, len(prompts), BATCH):
                batch = self.tokenizer.pad(prompts[start : start + BATCH], return_tensors="pt")
                self.model.generate(
                    **batch.to(device()), max_new_tokens=longest, do_sample=False
                ).cpu()


class Clock(TrainerCallback):  # type: ignore[misc]
    """Seconds from the first step's begin to the last one's end, the device's queue included."""

    began = ended = 0.0

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Start at the first."""
        if state.global_step == 0:
            self.began = now()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Stop at the last: what the trainer writes after it is not training."""
        if state.global_step == state.max_steps:
            self.ended = now()


def measured(asked: Asked) -> dict[str, Any]:
    """All figures of a side; memory in MiB, times in seconds."""
    quiet()
    threads = choose_threads()
    transformers.set_seed(1)
    work = load(asked.work, asked.rows, asked.texts)
    began = now()
    side: Side = (Ours if asked.side == OURS else Plain)(work, asked.base)
    figures: dict[str, Any] = {"loading": {"seconds": now() - began, "peak_mib": peak_mib()}}
    with tempfile.TemporaryDirectory(prefix="qlora-") as scratch:
        folder = Path(scratch)
        warm = work.train.first(_WARM_BATCHES * work.recipe.batch_size)
        side.trainer(warm, folder, Clock()).train()
        side.score(work.test[:BATCH])
        forget_peak()
        clock = Clock()
        loss = side.trainer(work.train, folder, clock).train().training_loss
    figures["training"] = {
        "seconds": clock.ended - clock.began,
        "peak_mib": peak_mib(),
        "loss": loss,
    }
    forget_peak()
    began = now()
    side.score(work.test)
    figures["scoring"] = {"seconds": now() - began, "peak_mib": peak_mib()}
    return {**figures, "threads": threads}


def now() -> float:
    """The clock, once the device has done all that it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def peak_mib() -> float:
    """The most that torch had allocated on the GPU since `forget_peak`; without one, the most that
    this process ever held in memory."""
    if torch.cuda.is_available():
        return float(torch.cuda.max_memory_allocated()) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def forget_peak() -> None:
    """Begin to look for another peak; a process that computes on the CPU cannot."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


if __name__ == "__main__":
    print(json.dumps(measured(Asked.model_validate_json(sys.argv[1]))))
