"""Nothing is fitted: what is written says which output of the base is which label."""

import json
from math import prod
from pathlib import Path

from tickertone.catalog.recipes.classifier import ClassifierSpec
from tickertone.models.bases import checked_base
from tickertone.models.classifier.head import columns
from tickertone.models.protocol import FitJob, Fitted

HEAD = "head.json"


def fit(job: FitJob) -> Fitted:
    """Write head.json into `job.out`; raises ModelError for a base with other labels."""
    recipe = ClassifierSpec.model_validate(job.recipe)
    with checked_base(recipe.base, job.project) as base:
        found = columns(base, recipe.base.name, recipe.head, job.labels)
        parameters = _parameters(base)
    (job.out / HEAD).write_text(json.dumps([*found]), encoding="utf-8")
    job.say("nothing to fit: a classifier as published")
    return Fitted(parameters=parameters, trainable_parameters=0, samples_per_second=0.0)


def _parameters(base: Path) -> int:
    """The numbers in the checkpoint, by the shapes in its headers."""
    from safetensors import safe_open

    total = 0
    for file in sorted(base.glob("*.safetensors")):
        with safe_open(file, framework="numpy") as tensors:
            total += sum(prod(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118
    return total
