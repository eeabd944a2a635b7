"""combine: fit one combiner on a labelled split and predict the test split with it.

Of the test split only ids are read, never labels. A rule that learns nothing has no other split.
"""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tickertone.combiners.pool import Floats, Labels, Pool
from tickertone.combiners.registry import make_combiner
from tickertone.stages.examples import Examples, read_examples, read_labels
from tickertone.stages.logits import read_logits
from tickertone.stages.work import Made, Product, Work

PREDICTIONS = pa.schema(
    [
        ("example_id", pa.string()),
        ("predicted", pa.string()),
        ("probabilities", pa.list_(pa.float64())),
    ]
)


def run(work: Work) -> Product:
    """Make `predictions` (sorted by example_id) and `weights` (of the fitted combiner).

    Weights are shares of the mean or of the votes; those of stacking are shares of the absolute
    coefficients. Raises ConfigError if there is nothing to fit on, StoreError if a row is missing.
    """
    labels: list[str] = work.settings["labels"]
    combiner = make_combiner(work.settings["combiner"])
    fit_pool, fit_labels = _labelled(work, labels)
    fitted = combiner.fit(fit_pool, fit_labels)
    test_examples = read_examples(work.only("test.examples"))
    probabilities = fitted.predict(_pool(work, "test", test_examples))

    predictions = work.out / "predictions.parquet"
    pq.write_table(_table(test_examples, probabilities, labels), predictions)
    weights = work.out / "weights.json"
    rows: list[dict[str, Any]] = [
        {"member": member, "weight": weight} for member, weight in fitted.weights
    ]
    weights.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return Product(
        outputs={"predictions": Made((predictions,)), "weights": Made((weights,))},
        facts={"texts_fitted_on": fit_pool.logits.shape[1], "texts": len(probabilities)},
    )


def _labelled(work: Work, labels: list[str]) -> tuple[Pool, Labels | None]:
    """The pool to fit on and its labels; without a labelled split one of no texts."""
    if "fit" in work.inputs:
        examples = read_examples(work.only("fit"))
        return _pool(work, "fit", examples), read_labels(work.only("fit"), labels)
    nothing = np.empty((0, len(labels)))
    return Pool.gather(tuple(labels), dict.fromkeys(work.settings["members"], nothing)), None


def _pool(work: Work, role: str, examples: Examples) -> Pool:
    labels = work.settings["labels"]
    return Pool.gather(
        tuple(labels),
        {
            member: read_logits(work.inputs[f"{role}:{member}"], examples, labels)
            for member in work.settings["members"]
        },
    )


def _table(examples: Examples, probabilities: Floats, labels: list[str]) -> pa.Table:
    return pa.table(
        {
            "example_id": examples.example_ids,
            "predicted": [labels[i] for i in probabilities.argmax(axis=1)],
            "probabilities": probabilities.tolist(),
        },
        schema=PREDICTIONS,
    )
