"""combine: fit one combiner on a labelled split and predict the test split with it.

Of the test split only ids are read, never labels, and nothing is fitted on it. A rule that learns
nothing has no other split; one that learns from texts without labels has those as well.
"""

import json
from typing import Any

import pyarrow as pa

from tickertone.combiners.pool import Floats
from tickertone.combiners.registry import make_combiner
from tickertone.errors import ConfigError
from tickertone.stages.examples import Examples, read_examples
from tickertone.stages.few_labels import read_labelled
from tickertone.stages.pools import read_pool
from tickertone.stages.tables import written
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

    Weights are shares of the mean or of the votes, or what the combiner says that they are. Raises
    ConfigError if there is nothing to fit on, StoreError if a row is missing.
    """
    labels: list[str] = work.settings["labels"]
    combiner = make_combiner(work.settings["combiner"])
    test_examples = read_examples(work.only("test.examples"))
    test = read_pool(work, "test", test_examples)
    evidence = read_labelled(work, test, drawn_evenly=False).evidence
    if "fit" in work.inputs and not len(evidence.labels):
        raise ConfigError(
            f"combiner {work.settings['combiner']['kind']}",
            found="no labelled text to fit on",
            expected="at least one",
            remedy="name a labelled split in fit_on, or take a combiner that needs no labels",
        )
    fitted = combiner.fit(evidence, evidence.all_rows)
    (probabilities,) = fitted.predict(test)

    predictions = _table(test_examples, probabilities, labels)
    weights = work.out / "weights.json"
    rows: list[dict[str, Any]] = [
        {"member": member, "weight": weight}
        for member, weight in zip(test.members, fitted.weights[0].tolist(), strict=True)
    ]
    weights.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return Product(
        outputs=written(work, {"predictions": predictions}) | {"weights": Made((weights,))},
        facts={"texts_fitted_on": len(evidence.labels), "texts": len(probabilities)},
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
