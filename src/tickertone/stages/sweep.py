"""sweep: one combiner on one target, fitted on few labels, at every budget and in every draw.

settings: `combiner`, `labels`, `members` (stages.pools), `per_class` (labels per class), `draws`.
inputs: `fit`, the labelled part (absent for a rule that learns nothing: its one budget is 0),
`test`, `unlabelled` where the rule reads it, and the members' logits on each.
outputs: `curve`, a row a budget and draw; `hits`, which test texts each of these got right;
`weights`, each member's mean weight a budget.

Labels of the test part are read to score, after the predictions are made.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pyarrow as pa

from tickertone.combiners.pool import Floats, Labels, Pool
from tickertone.combiners.registry import make_combiner
from tickertone.metrics.scorecard import Metric, measure, statistics
from tickertone.stages.examples import read_examples, read_labels
from tickertone.stages.few_labels import read_labelled
from tickertone.stages.hits import HITS, hit_rows
from tickertone.stages.pools import read_pool
from tickertone.stages.tables import written
from tickertone.stages.work import Product, Work

METRICS = ("accuracy", "macro_f1", "log_loss", "ece")
CURVE = pa.schema(
    [
        *((name, pa.int64()) for name in ("k", "draw", "n")),
        *((name, pa.float64()) for name in METRICS),
    ]
)
WEIGHTS = pa.schema([("k", pa.int64()), ("member", pa.string()), ("weight", pa.float64())])


class Fit(NamedTuple):
    """A combiner at one budget: probabilities (draw, text, label), weights (draw, member)."""

    per_class: int
    probabilities: Floats
    weights: Floats


def run(work: Work) -> Product:
    """Make `curve`, `hits` and `weights`; raises what the combiner raises."""
    test_examples = read_examples(work.only("test"))
    test = read_pool(work, "test", test_examples)
    fits = list(_fits(work, test))
    truth = read_labels(work.only("test"), work.settings["labels"])
    tables = {
        "curve": pa.Table.from_pylist([r for fit in fits for r in _scores(fit, truth)], CURVE),
        "hits": pa.Table.from_pylist(
            [
                row
                for fit in fits
                for row in hit_rows(fit.per_class, fit.probabilities.argmax(axis=2) == truth)
            ],
            HITS,
        ),
        "weights": pa.Table.from_pylist(
            [
                {"k": fit.per_class, "member": member, "weight": weight}
                for fit in fits
                for member, weight in zip(
                    test.members, fit.weights.mean(axis=0).tolist(), strict=True
                )
            ],
            WEIGHTS,
        ),
    }
    return Product(written(work, tables), facts={"fits": len(tables["curve"]), "texts": len(truth)})


def _fits(work: Work, test: Pool) -> Iterator[Fit]:
    combiner = make_combiner(work.settings["combiner"])
    known = read_labelled(work, test, drawn_evenly=True)
    for per_class in work.settings["per_class"]:
        draws = known.draws(per_class, work.settings["draws"])
        fitted = combiner.fit(known.evidence, draws)
        yield Fit(per_class, fitted.predict(test), fitted.weights)


def _scores(fit: Fit, truth: Labels) -> Iterator[dict[str, Any]]:
    texts, width = fit.probabilities.shape[1:]
    for draw, probabilities in enumerate(fit.probabilities):
        sums = statistics(probabilities, probabilities.argmax(axis=1), truth).sum(axis=0)
        measures = measure(sums, texts, width)
        scores = {name: float(measures[Metric(name)]) for name in METRICS}
        yield {"k": fit.per_class, "draw": draw, "n": texts, **scores}
