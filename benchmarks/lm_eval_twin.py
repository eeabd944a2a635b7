"""The same questions put to lm-evaluation-harness: a multiple-choice task of ready-made prompts.

It lives in a virtual environment of its own that sees our torch and transformers. Everything here
but `python` runs there. Nothing is fetched: the task and its data set are a local file.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from benchmarks.own_environment import environment
from tickertone.models.protocol import Matrix

VERSION = "0.4.13"
AUTO: Literal["auto"] = "auto"
_CLS = 101  # MiniLM's; the harness wants a first token, and uses it for empty prompts alone
BatchSize = int | Literal["auto"]


def python() -> Path:
    """The interpreter of the environment, made on first use."""
    return environment("lm_eval", f"lm_eval=={VERSION}", sees_ours=True) / "bin" / "python"


def offline(folder: Path) -> dict[str, str]:
    """Environment variables: no network, its caches in `folder`, tokenizers without threads."""
    return {
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "HF_HOME": str(folder / "huggingface"),
        "HF_UPDATE_DOWNLOAD_COUNTS": "0",
        "TOKENIZERS_PARALLELISM": "false",
        "DO_NOT_TRACK": "1",
    }


class HarnessScorer:
    """One model and one list of questions; scoring them is what is timed.

    `continued`: the answer continues the prompt after a space (decoders), else it stands alone.
    """

    def __init__(
        self,
        base: Path,
        prompts: Sequence[str],
        words: Sequence[str],
        folder: Path,
        *,
        continued: bool,
    ) -> None:
        from lm_eval.models.huggingface import HFLM

        self.choices = len(words)
        self._requests = _requests(prompts, words, folder, continued=continued)
        self._model: Any = HFLM(
            pretrained=str(base),
            device="cpu",
            dtype="float32",
            prefix_token_id=_CLS,
            # MiniLM's tokenizer would close a prompt that an answer is to continue.
            add_bos_token=False if continued else None,
        )

    def scores(self, batch_size: BatchSize) -> Matrix:
        """Log-likelihoods in nats, (prompts, words): tokens, batches, network, softmax."""
        self._model.batch_size_per_gpu = batch_size
        found = self._model.loglikelihood(self._requests, disable_tqdm=True)
        return np.array([nats for nats, _ in found], dtype=np.float32).reshape(-1, self.choices)


def _requests(
    prompts: Sequence[str], words: Sequence[str], folder: Path, *, continued: bool
) -> list[Any]:
    """What the harness asks of a model for its own task, by prompt and word."""
    from lm_eval.api.task import ConfigurableTask

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "prompts.jsonl"
    file.write_text("".join(json.dumps({"prompt": p, "answer": 0}) + "\n" for p in prompts))
    task = ConfigurableTask(
        config={
            "task": "tickertone_prompts",
            "dataset_path": "json",
            "dataset_kwargs": {
                "data_files": {"test": str(file)},
                "cache_dir": str(folder / "datasets"),
            },
            "test_split": "test",
            "output_type": "multiple_choice",
            "doc_to_text": "prompt",
            "doc_to_choice": list(words),
            "doc_to_target": "answer",
            "target_delimiter": " " if continued else "",
            "metric_list": [{"metric": "acc"}],
        }
    )
    task.build_all_requests(rank=0, world_size=1)
    return sorted(task.instances, key=lambda request: (request.doc_id, request.idx))
