"""One case of `benchmarks.scoring`, in the environment of lm-evaluation-harness.

    python -m benchmarks.scoring_side_by_side FOLDER '{"case": 0, ...}'

Both sides are in this process: the same torch, threads, checkpoint and prompts, each through its
own loader. Prints figures as JSON.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
import transformers

from benchmarks.lm_eval_twin import AUTO, VERSION, HarnessScorer
from benchmarks.rounds import Round, Time, in_rounds, middle, ratio
from benchmarks.scoring_cases import CASES, LABELS, Case, Tweets, checkpoint, form_of, tweets
from tickertone.catalog.load import load_catalog
from tickertone.errors import ModelError
from tickertone.frozen import Frozen
from tickertone.models.causal import network as causal
from tickertone.models.generative.loading import prompt_tokenizer, prompted_model
from tickertone.models.generative.prompts import render
from tickertone.models.generative.scorer import PromptedScorer
from tickertone.models.pretrained import quiet
from tickertone.models.protocol import Matrix
from tickertone.models.seq2seq import network as seq2seq
from tickertone.models.token_batches import BATCH
from tickertone.training.threads import choose_threads
from tickertone.workspace import Workspace

OURS, HARNESS = "tickertone", "lm-eval"
TOLERANCE = 1e-3  # nats between the two sides' log-likelihoods, in float32


class Asked(Frozen):
    """What to measure: a number of CASES, of tweets, and of counted rounds."""

    case: int
    tweets: int
    rounds: int
    small_batch: int  # of the harness, beside the batch that both have; 0: none
    auto: bool = False  # its batch size "auto" as well, once: it tries the longest prompts first
    shape: dict[str, int] | None = None  # another model, for tests


def measured(asked: Asked, folder: Path) -> dict[str, Any]:
    """All figures of a case; raises ModelError if the two sides disagree."""
    quiet()
    threads = choose_threads()
    case, workspace = CASES[asked.case], Workspace.find()
    catalog = load_catalog(workspace.data)
    found = tweets(catalog, asked.tweets)
    base = checkpoint(case, catalog, workspace.root, folder / "base", asked.shape)
    ours = our_scorer(case, found, form_of(case, catalog, base), base)
    theirs = _harness(case, found, ours, base, folder / "task")
    scores = ours.logits(found.texts)
    difference = disagreement(scores, theirs.scores(BATCH))
    measures = {
        OURS: partial(_timed, lambda: ours.logits(found.texts)),
        HARNESS: partial(_timed, lambda: theirs.scores(BATCH)),
    }
    if asked.small_batch:
        name = small(asked.small_batch)
        measures[name] = partial(_timed, lambda: theirs.scores(asked.small_batch))
    rounds = in_rounds(measures, asked.rounds)
    auto = _timed(lambda: theirs.scores(AUTO)).wall if asked.auto else None
    return {
        "case": case.name,
        "threads": threads,
        "batch": BATCH,
        "dtype": "float32",
        "processors": os.cpu_count(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "lm_eval": VERSION,
        "source": found.source,
        **_described(ours, found, scores),
        "largest_difference": difference,
        **summed_up(case, rounds, len(found.texts)),
        "lm_eval_auto_seconds": auto,
    }


def small(batch: int) -> str:
    """What the harness with that batch is called."""
    return f"lm-eval, batch {batch}"


def our_scorer(case: Case, found: Tweets, form: Any, base: Path) -> PromptedScorer:
    """Tickertone's scorer of a checkpoint, as `load` makes it."""
    network = (seq2seq if case.family == "seq2seq" else causal).NETWORK
    model, tokenizer = prompted_model(base, form, network), prompt_tokenizer(base, network)
    return PromptedScorer(model, tokenizer, form, network, LABELS, found.shots(case))


def disagreement(ours: Matrix, theirs: Matrix) -> float:
    """The largest difference in nats; raises ModelError if it is above TOLERANCE, or if a
    prediction differs that is no tie within that."""
    largest = float(np.abs(ours - theirs).max())
    rows = np.arange(len(ours))
    chosen = theirs.argmax(axis=1)
    behind = ours.max(axis=1) - ours[rows, chosen]
    if not largest <= TOLERANCE or (behind > 2 * TOLERANCE).any():
        raise ModelError(
            "log-likelihoods of Tickertone and lm-evaluation-harness",
            found=f"a difference of {largest:g} nats",
            expected=f"at most {TOLERANCE:g}",
        )
    return largest


def summed_up(case: Case, rounds: list[Round], texts: int) -> dict[str, Any]:
    """Times in seconds; ratios are medians over rounds of how many times as long as ours."""
    names = list(rounds[0])
    best = min((name for name in names if name != OURS), key=partial(middle, rounds))
    times = ratio(rounds, HARNESS, OURS)
    return {
        "rounds": len(rounds),
        "seconds": {
            name: {
                "median": middle(rounds, name),
                "least": min(one[name].wall for one in rounds),
                "most": max(one[name].wall for one in rounds),
                "processor": median(one[name].cpu for one in rounds),
            }
            for name in names
        },
        "texts_per_second": {name: texts / middle(rounds, name) for name in names},
        "ratios": {name: ratio(rounds, name, OURS) for name in names if name != OURS},
        "processor_ratios": {
            name: median(one[name].cpu / one[OURS].cpu for one in rounds)
            for name in names
            if name != OURS
        },
        "ratios_by_round": [one[HARNESS].wall / one[OURS].wall for one in rounds],
        "fastest_batch_of_lm_eval": best,
        "goal": case.goal,
        "met": times >= case.goal,
    }


def _harness(
    case: Case, found: Tweets, ours: PromptedScorer, base: Path, folder: Path
) -> HarnessScorer:
    words = ours.form.words_for(LABELS)
    shots = found.shots(case)
    prompts = [render(ours.form.prompt, words, text, shots) for text in found.texts]
    return HarnessScorer(base, prompts, words, folder, continued=case.family == "causal")


def _described(ours: PromptedScorer, found: Tweets, scores: Matrix) -> dict[str, Any]:
    lengths = [len(ours.prompts.encode(text, ours.shots)["input_ids"]) for text in found.texts]
    if counted := ours.counted():
        raise ModelError("prompts", found=f"shortened: {counted}", expected="whole prompts")
    plain = [len(ours.tokenizer.tokenize(text)) for text in found.texts]
    predicted = np.bincount(scores.argmax(axis=1), minlength=len(LABELS))
    return {
        "tweets": len(found.texts),
        "tokens_a_tweet": float(np.mean(plain)),
        "tokens_a_prompt": float(np.mean(lengths)),
        "tokens_of_words": [len(word) for word in ours.trie.words],
        "parameters": sum(parameter.numel() for parameter in ours.model.parameters()),
        "predicted": dict(zip(LABELS, predicted.tolist(), strict=True)),
    }


def _timed(score: Callable[[], Matrix]) -> Time:
    wall, cpu = time.perf_counter(), time.process_time()
    score()
    return Time(time.perf_counter() - wall, time.process_time() - cpu, "")


if __name__ == "__main__":
    where = Path(sys.argv[1])
    print(json.dumps(measured(Asked.model_validate_json(sys.argv[2]), where)))
