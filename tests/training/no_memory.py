"""A family whose fit never has memory enough."""

import os

from tickertone.models.data_parallel import MICRO_BATCH
from tickertone.models.protocol import FitJob, Fitted


def fit(job: FitJob) -> Fitted:
    with (job.scratch / "tried.txt").open("a") as file:
        file.write(f"{os.environ[MICRO_BATCH]}\n")
    raise MemoryError
