"""The fit of the recipe's family; each process writes down the loss of its steps."""

import importlib
from typing import Any
from unittest.mock import patch

from tickertone.models.data_parallel import rank
from tickertone.models.encoder.trainer import EncoderTrainer
from tickertone.models.protocol import FitJob, Fitted


def fit(job: FitJob) -> Fitted:
    real = EncoderTrainer.training_step
    module = importlib.import_module(f"tickertone.models.{job.recipe['family']}.fitting")
    with (job.scratch / f"losses{rank()}.txt").open("a", buffering=1) as file:

        def step(self: Any, *arguments: Any, **named: Any) -> Any:
            loss = real(self, *arguments, **named)
            file.write(f"{loss.item()!r}\n")
            return loss

        with patch.object(EncoderTrainer, "training_step", step):
            fitted: Fitted = module.fit(job)
    return fitted
