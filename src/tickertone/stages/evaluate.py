"""evaluate: score every system of a target on its test split, all of it and the clean part."""

from collections.abc import Mapping

import numpy as np
import pyarrow.parquet as pq

from tickertone.errors import DataError, StoreError
from tickertone.metrics.evaluation import Predictions, evaluate
from tickertone.stages import evaluation_tables as tables
from tickertone.stages.evaluation_tables import Scored
from tickertone.stages.examples import (
    Examples,
    label_indices,
    read_clean,
    read_examples,
    read_labels,
)
from tickertone.stages.logits import read_logits
from tickertone.stages.tables import written
from tickertone.stages.work import Product, Work


def run(work: Work) -> Product:
    """Make `leaderboard`, `evaluations`, `confusion`, `reliability` and `predictions`.

    A split without rows (`clean`, if every text has a near-twin in train) is left out. Raises
    DataError if the test split is empty or there is no system, StoreError if the rows of a system
    are not those of the test split.
    """
    labels: list[str] = work.settings["labels"]
    examples = read_examples(work.only("test"))
    truth = read_labels(work.only("test"), labels)
    systems = _systems(work, examples)
    if not len(truth) or not systems:
        raise DataError(
            f"evaluate {work.subject}",
            found=f"{len(truth)} examples and {len(systems)} systems",
            expected="at least one of each",
        )
    clean = read_clean(work.only("test"))
    parts = {"full": np.ones(len(truth), dtype=np.bool_), "clean": clean}
    scored = [
        _score(work, split, rows, systems, truth) for split, rows in parts.items() if rows.any()
    ]
    made = {
        "leaderboard": tables.leaderboard(scored, work.settings["systems"]),
        "evaluations": tables.evaluations(scored, work.settings["systems"], labels),
        "confusion": tables.confusion(scored, labels),
        "reliability": tables.reliability(scored),
        "predictions": tables.predictions(examples.example_ids, truth, systems, labels),
    }
    return Product(
        outputs=written(work, made),
        facts={"texts": len(truth), "clean": int(clean.sum()), "systems": len(systems)},
    )


def _score(
    work: Work,
    split: str,
    rows: np.ndarray[tuple[int], np.dtype[np.bool_]],
    systems: Mapping[str, Predictions],
    truth: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> Scored:
    chosen = {
        name: Predictions(system.probabilities[rows], system.predicted[rows])
        for name, system in systems.items()
    }
    draws, seed = work.settings["bootstrap_draws"], work.settings["seed"]
    contaminated = [s["name"] for s in work.settings["systems"] if s["contaminated"]]
    evaluations = evaluate(chosen, truth[rows], draws=draws, seed=seed, contaminated=contaminated)
    return Scored(split, chosen, truth[rows], evaluations)


def _systems(work: Work, examples: Examples) -> dict[str, Predictions]:
    """Predictions of every system, rows in the order of `examples`."""
    read = {"model": _of_model, "combiner": _of_combiner}
    return {
        system["name"]: read[system["kind"]](work, system["name"], examples)
        for system in work.settings["systems"]
    }


def _of_model(work: Work, name: str, examples: Examples) -> Predictions:
    from scipy.special import softmax

    own: list[str] = work.settings["labels_of"][name]
    logits = read_logits(work.inputs[f"model:{name}"], examples, work.settings["labels"], of=own)
    probabilities = np.asarray(softmax(logits, axis=1))
    return Predictions(probabilities, probabilities.argmax(axis=1))


def _of_combiner(work: Work, name: str, examples: Examples) -> Predictions:
    path = work.only(f"combiner:{name}")
    table = pq.read_table(path).sort_by("example_id")
    if tuple(table["example_id"].to_pylist()) != examples.example_ids:
        raise StoreError(
            str(path),
            found=f"predictions for {len(table)} examples, not those of the test split",
            expected=f"one for each of its {len(examples.example_ids)} examples",
            remedy=f"run the step of combiner {name} again",
        )
    labels = work.settings["labels"]
    flat = table["probabilities"].combine_chunks().flatten().to_numpy()
    return Predictions(
        flat.reshape(len(table), len(labels)),
        label_indices(table["predicted"].to_pylist(), labels, path),
    )
