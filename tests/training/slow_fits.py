"""A family whose fit says that it has begun and then waits to be ended."""

import os
import time

from tickertone.models.protocol import FitJob, Fitted


def fit(job: FitJob) -> Fitted:
    draft = job.scratch / "draft"
    draft.write_text(str(os.getpid()))
    draft.rename(job.scratch / "started")
    job.say("begun")
    time.sleep(600)
    raise AssertionError("was not ended")
