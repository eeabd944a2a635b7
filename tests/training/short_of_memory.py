"""An encoder's fit in which, after five steps, torch finds no memory for more than two rows."""

import os
from typing import Any
from unittest.mock import patch

import torch
from transformers import Trainer

from tickertone.models.encoder import fitting
from tickertone.models.encoder.trainer import EncoderTrainer
from tickertone.models.protocol import FitJob, Fitted

ROOM = 2
MORE_THAN_THERE_IS = 2**60  # bytes


def fit(job: FitJob) -> Fitted:
    with (job.scratch / "pids.txt").open("a") as file:
        file.write(f"{os.getpid()}\n")

    def loss(self: Any, model: Any, inputs: Any, **named: Any) -> Any:
        if len(inputs["labels"]) > ROOM and self.state.global_step >= 5:
            torch.empty(MORE_THAN_THERE_IS, dtype=torch.uint8)
        return Trainer.compute_loss(self, model, inputs, **named)

    with patch.object(EncoderTrainer, "compute_loss", loss):
        return fitting.fit(job)
