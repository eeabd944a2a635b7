"""What stands for fitting an endpoint: draw the examples that stand in its prompt, if any."""

import time

from tickertone.catalog.recipes.endpoint import EndpointSpec
from tickertone.models.generative.drawn_shots import write_shots
from tickertone.models.generative.untuned import drawn
from tickertone.models.protocol import FitJob, Fitted


def fit(job: FitJob) -> Fitted:
    """Write shots.json, a list of [text, second part or null, label], into `job.out`.

    Nothing is sent. How many parameters the model has is not known: 0 are counted.
    """
    began = time.monotonic()
    shots = drawn(job, EndpointSpec.model_validate(job.recipe))
    job.say(write_shots(job.out, shots))
    seconds = max(time.monotonic() - began, 1e-9)
    return Fitted(parameters=0, trainable_parameters=0, samples_per_second=len(shots) / seconds)
