"""Fit logistic regression on TF-IDF or on frozen embeddings. Deterministic; writes no pickle.

Sums in its solver depend on the number of threads that add them up, so it has one, on any machine
and whatever the environment says.
"""

import time
from typing import Any

from tickertone.catalog.forms.linear import TfidfSpec
from tickertone.catalog.recipes.linear import LinearSpec
from tickertone.models.dev_scores import log_loss_and_accuracy
from tickertone.models.examples import (
    labels_of,
    open_snapshots,
    require_every_label,
    rows_to_learn,
    texts_of,
)
from tickertone.models.linear.features import TfidfFeatures
from tickertone.models.linear.regression import LinearLayer
from tickertone.models.protocol import Embed, FitJob, Fitted

_MAX_ITERATIONS = 2000


def fit(job: FitJob) -> Fitted:
    """Write model.safetensors, and for TF-IDF vocabulary.json, into `job.out`."""
    from threadpoolctl import threadpool_limits

    recipe = LinearSpec.model_validate(job.recipe)
    rows = open_snapshots(job.train, job.scratch / "datasets")
    rows = rows_to_learn(rows, recipe, job.labels, recipe.seed)
    targets = labels_of(rows, job.labels)
    require_every_label(targets, job.labels, ", ".join(recipe.trained_on))
    job.say(f"fitting logistic regression on {len(rows)} rows")
    regression = _regression(recipe)  # imports scikit-learn, which is no part of the measurement
    began = time.monotonic()
    extra = {}
    if isinstance(recipe.features, TfidfSpec):
        tfidf = TfidfFeatures.fit(recipe.features, texts_of(rows))
        extra = tfidf.save(job.out)
        features_of: Any = tfidf.matrix
    else:
        features_of = _required(job.embed)
    features = features_of(texts_of(rows))
    with threadpool_limits(limits=1):
        layer = LinearLayer.of(regression.fit(features, targets))
    layer.save(job.out, extra)
    seconds = time.monotonic() - began

    loss = accuracy = None
    if job.dev:
        dev = open_snapshots(job.dev, job.scratch / "datasets")
        logits = layer.logits(features_of(texts_of(dev)))
        loss, accuracy = log_loss_and_accuracy(logits, labels_of(dev, job.labels))
    trained = layer.coefficients.size + layer.intercepts.size
    return Fitted(
        parameters=trained,
        trainable_parameters=trained,
        samples_per_second=len(rows) / seconds,
        dev_log_loss=loss,
        dev_accuracy=accuracy,
    )


def _regression(recipe: LinearSpec) -> Any:
    from sklearn.linear_model import LogisticRegression

    weights = "balanced" if recipe.balanced else None
    return LogisticRegression(C=recipe.c, class_weight=weights, max_iter=_MAX_ITERATIONS)


def _required(embed: Embed | None) -> Embed:
    if embed is None:
        raise ValueError("a recipe on embeddings needs an embed callable")
    return embed
