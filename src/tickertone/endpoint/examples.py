"""What stands for fitting an endpoint: draw the examples that stand in its prompt, if any."""

import json
import time

from tickertone.catalog.recipes.endpoint import EndpointSpec
from tickertone.models.generative.untuned import drawn
from tickertone.models.protocol import FitJob, Fitted

_SHOTS = "shots.json"


def fit(job: FitJob) -> Fitted:
    """Write shots.json, a list of [text, second part or null, label], into `job.out`.

    Nothing is sent. How many parameters the model has is not known: 0 are counted.
    """
    began = time.monotonic()
    shots = drawn(job, EndpointSpec.model_validate(job.recipe))
    written = json.dumps(shots, ensure_ascii=False, indent=1)
    (job.out / _SHOTS).write_text(written, encoding="utf-8")
    job.say(f"{len(shots)} examples drawn for the prompt" if shots else "nothing to fit: zero-shot")
    seconds = max(time.monotonic() - began, 1e-9)
    return Fitted(parameters=0, trainable_parameters=0, samples_per_second=len(shots) / seconds)
