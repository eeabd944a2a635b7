"""Nothing is fitted: what is written says which output of the base is which label."""

import json

from tickertone.catalog.recipes.classifier import ClassifierSpec
from tickertone.models.bases import checked_base
from tickertone.models.checkpoint_size import parameters_in
from tickertone.models.classifier.head import columns
from tickertone.models.protocol import FitJob, Fitted

HEAD = "head.json"


def fit(job: FitJob) -> Fitted:
    """Write head.json into `job.out`; raises ModelError for a base with other labels."""
    recipe = ClassifierSpec.model_validate(job.recipe)
    with checked_base(recipe.base, job.project) as base:
        found = columns(base, recipe.base.name, recipe.head, job.labels)
        parameters = parameters_in(base)
    (job.out / HEAD).write_text(json.dumps([*found]), encoding="utf-8")
    job.say("nothing to fit: a classifier as published")
    return Fitted(parameters=parameters, trainable_parameters=0, samples_per_second=0.0)
