"""uncertainty: what one combiner, fitted on few labels, can promise of single predictions.

settings: `combiner` and its `name`, `labels`, `members` (stages.pools), `per_class` (labels per
class), `draws`, `coverage` (the share of texts whose set is asked to hold the true label).
inputs: as of stages.few_labels, and `test` with the members' logits on it.
outputs: `prediction_sets`, a row for each k from 1 on: sets of labels for the texts of test, by CV+
with the draw's labels alone; `selective`, a row for each k and share: accuracy on the most
confident texts, by the fit on all labels of the draw, whose largest probability is the confidence.

What is promised, and what is not:

* The few labels are drawn evenly per class, and test is not: the classes' mix differs. So each
  label is calibrated on its own rows, and what is promised holds for every label.
* The promise is that of CV+ (metrics.prediction_sets): over draws of labelled and test texts, a set
  holds the true label with a probability of at least `guarantee`, which is well below what was
  asked; in practice coverage is near what was asked. It is no promise for each text, nor for each
  draw, nor once labelled and test texts are not alike. Where a target has no texts without labels,
  a combiner that looks for some finds them among the labelled ones, of folds left out as well, and
  nothing is promised in theory.
* k labels per class are as many rows to calibrate a label with, in whole rounds of the folds: fewer
  than coverage / (1 - coverage) are too few, nine for 0.9, so that k has to be 12. The sets then
  hold all labels, which is true and of no use; `all_labels` says in what share of the draws that is
  so of some label.
* Labels of test are read to measure, after everything is predicted.

Folds: four, or k where k is less, with as many rows of each label in each. Rows of a label take
turns in the order of their ids, so folds are the same in every run; what is left over after full
rounds helps to fit every fold and calibrates nothing. A single fold fits on nothing: the sets then
hold all labels.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from tickertone.combiners.pool import Floats, Integers, Labels, Pool
from tickertone.combiners.protocol import Combiner
from tickertone.combiners.registry import make_combiner
from tickertone.metrics.prediction_sets import (
    Sets,
    coverage,
    cv_plus,
    cv_plus_guarantee,
    mean_set_size,
)
from tickertone.metrics.selective import SHARES, selective_accuracy
from tickertone.stages.examples import read_examples, read_labels
from tickertone.stages.few_labels import Labelled, read_labelled
from tickertone.stages.pools import read_pool
from tickertone.stages.tables import written
from tickertone.stages.work import Product, Work

FOLDS = 4
PREDICTION_SETS = pa.schema(
    [
        ("combiner", pa.string()),
        ("k", pa.int64()),
        ("draws", pa.int64()),
        *(
            (name, pa.float64())
            for name in (
                "asked",
                "guarantee",
                "coverage_mean",
                "coverage_min",
                "coverage_max",
                "size_mean",
                "empty_mean",
                "all_labels",
            )
        ),
    ]
)
SELECTIVE = pa.schema(
    [
        ("combiner", pa.string()),
        ("k", pa.int64()),
        *(
            (name, pa.float64())
            for name in ("share", "accuracy_mean", "accuracy_min", "accuracy_max")
        ),
    ]
)
_LEFT_OVER = -1


class Budget(NamedTuple):
    """Draws of one size, and what was fitted on them."""

    per_class: int
    sets: list[Sets]  # one a draw; none without labels
    probabilities: Floats  # of the fit on all rows, shape (draw, text, label)


def run(work: Work) -> Product:
    """Make `prediction_sets` and `selective`; raises what the combiner raises."""
    settings = work.settings
    test = read_pool(work, "test", read_examples(work.only("test")))
    budgets = list(_budgets(work, read_labelled(work, test, drawn_evenly=True), test))
    truth = read_labels(work.only("test"), settings["labels"])
    tables = {
        "prediction_sets": pa.Table.from_pylist(
            [
                {"combiner": settings["name"], "k": of.per_class, "asked": settings["coverage"]}
                | _measured(of.sets, truth)
                for of in budgets
                if of.sets
            ],
            PREDICTION_SETS,
        ),
        "selective": pa.Table.from_pylist(
            [
                {"combiner": settings["name"], "k": of.per_class, **row}
                for of in budgets
                for row in _selective(of.probabilities, truth)
            ],
            SELECTIVE,
        ),
    }
    return Product(written(work, tables), facts={"budgets": len(budgets), "texts": len(truth)})


def _budgets(work: Work, known: Labelled, test: Pool) -> Iterator[Budget]:
    combiner = make_combiner(work.settings["combiner"])
    for per_class in work.settings["per_class"]:
        draws = known.draws(per_class, work.settings["draws"])
        whole = combiner.fit(known.evidence, draws).predict(test)
        alpha = 1 - work.settings["coverage"]
        sets = _sets(combiner, known, draws, test, alpha) if per_class else []
        yield Budget(per_class, sets, whole)


def _sets(
    combiner: Combiner, known: Labelled, draws: Integers, test: Pool, alpha: float
) -> list[Sets]:
    """The sets of the texts of test in each draw; all folds of all draws are fitted at once."""
    labels = known.evidence.labels[draws]
    folds = np.stack([fold_of_rows(of_draw) for of_draw in labels])
    count = int(folds.max()) + 1
    if count < 2 or _too_few(labels[0, folds[0] != _LEFT_OVER], len(test.labels), count, alpha):
        return [_all_labels(test)] * len(draws)
    within = [folds != fold for fold in range(count)]
    rows = np.stack([draws[kept].reshape(len(draws), -1) for kept in within], axis=1)
    fitted = combiner.fit(known.evidence, rows.reshape(len(draws) * count, -1))
    used = np.unique(draws)
    shape = (len(draws), count)
    of_labelled = fitted.predict(known.evidence.pool.rows(used))
    of_labelled = of_labelled.reshape(*shape, *of_labelled.shape[1:])
    of_test = fitted.predict(test)
    of_test = of_test.reshape(*shape, *of_test.shape[1:])
    found = []
    for draw, fold in enumerate(folds):
        chosen = fold != _LEFT_OVER
        positions = np.searchsorted(used, draws[draw, chosen])
        found.append(
            cv_plus(
                of_labelled[draw, fold[chosen], positions],
                labels[draw, chosen],
                fold[chosen],
                of_test[draw],
                alpha=alpha,
            )
        )
    return found


def fold_of_rows(labels: Labels) -> Labels:
    """The fold of each row of a draw, shape (row,); -1 for rows that are in none.

    As many folds as the rarest label among them has rows, four at most.
    """
    counts = np.bincount(labels)
    folds = min(FOLDS, int(counts[counts > 0].min()))
    found = np.full(len(labels), _LEFT_OVER, dtype=np.int64)
    for label, count in enumerate(counts):
        full = folds * (count // folds)
        found[np.flatnonzero(labels == label)[:full]] = np.arange(full) % folds
    return found


def _too_few(labels: Labels, width: int, folds: int, alpha: float) -> bool:
    """Whether so few rows calibrate each label that the sets hold all labels, whatever is fit."""
    rows = np.bincount(labels, minlength=width).tolist()
    return all(cv_plus_guarantee(count, folds, alpha) == 1 for count in rows)


def _all_labels(test: Pool) -> Sets:
    texts, width = test.logits.shape[1:]
    return Sets(np.ones((texts, width), dtype=np.bool_), 1.0, np.ones(width, dtype=np.bool_))


def _measured(sets: list[Sets], truth: Labels) -> dict[str, Any]:
    covered = [coverage(of_draw.holds, truth) for of_draw in sets]
    return {
        "draws": len(sets),
        "guarantee": float(np.mean([of_draw.guarantee for of_draw in sets])),
        "coverage_mean": float(np.mean(covered)),
        "coverage_min": min(covered),
        "coverage_max": max(covered),
        "size_mean": float(np.mean([mean_set_size(of_draw.holds) for of_draw in sets])),
        "empty_mean": float(np.mean([~of_draw.holds.any(axis=1) for of_draw in sets])),
        "all_labels": float(np.mean([of_draw.all_labels.any() for of_draw in sets])),
    }


def _selective(probabilities: Floats, truth: Labels) -> Iterator[dict[str, float]]:
    found = np.stack(
        [
            selective_accuracy(of_draw.max(axis=1), of_draw.argmax(axis=1) == truth)
            for of_draw in probabilities
        ]
    )
    for share, accuracies in zip(SHARES, found.T, strict=True):
        yield {
            "share": share,
            "accuracy_mean": float(accuracies.mean()),
            "accuracy_min": float(accuracies.min()),
            "accuracy_max": float(accuracies.max()),
        }
