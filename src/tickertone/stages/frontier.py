"""frontier: one combiner on ensembles of one member, of two, ... of all: accuracy against cost.

settings: `combiner` and its `name`, `labels`, `members` (stages.pools), `per_class` (labels per
class), `draws`.
inputs: as of stages.few_labels, and `test` with the members' logits on it.
notes: `milliseconds`, what each member takes for a text, or null where that was never measured. No
part of the identity: who measures anew recomputes nothing, and the first figures are kept.
output: `frontier`, a row for each size of ensemble.

In each draw members stand in an order of their own, found on the draw's labelled rows alone
(`order_of_members`); the combiner is fitted on the first 1, 2, ... of them with the same rows. An
ensemble costs the milliseconds of all its members, mean over draws: they are asked one after the
other. One with a member of unknown cost has none, and so have the larger ones; as each ensemble
holds the one before, fewer members are never dearer, and the choice does not need the figures.

`best` is the most accurate, `smallest` the cheapest whose lag is within one standard error of it
(metrics.frontier). Both are read off the test texts that they are shown on: that says where the
curve is flat, and is no estimate of what the chosen size does on other texts.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Floats, Integers, Pool
from tickertone.combiners.protocol import Combiner
from tickertone.combiners.registry import make_combiner
from tickertone.metrics.frontier import frontier
from tickertone.stages.examples import read_examples, read_labels
from tickertone.stages.few_labels import read_labelled
from tickertone.stages.pools import read_pool
from tickertone.stages.tables import written
from tickertone.stages.work import Product, Work

FRONTIER = pa.schema(
    [
        ("combiner", pa.string()),
        *((name, pa.int64()) for name in ("k", "draws", "members")),
        ("milliseconds_per_text", pa.float64()),  # null: not known of one of the members
        *((name, pa.float64()) for name in ("accuracy_mean", "behind", "standard_error")),
        *((name, pa.bool_()) for name in ("within_noise", "best", "smallest")),
    ]
)
_LEAST = 1e-12  # probabilities below count as this one


def run(work: Work) -> Product:
    """Make `frontier`; raises what the combiner raises."""
    settings = work.settings
    test = read_pool(work, "test", read_examples(work.only("test")))
    known = read_labelled(work, test, drawn_evenly=True)
    draws = known.draws(settings["per_class"], settings["draws"])
    orders = order_of_members(known.evidence, draws)
    combiner = make_combiner(settings["combiner"])
    decisions = _decisions(combiner, known.evidence, draws, orders, test)
    truth = read_labels(work.only("test"), settings["labels"])
    costs = costs_of(orders, test.members, work.notes.get("milliseconds") or {})
    rows = _rows(decisions == truth, costs)
    said = {"combiner": settings["name"], "k": settings["per_class"], "draws": len(draws)}
    table = pa.Table.from_pylist([said | row for row in rows], FRONTIER)
    facts = {"texts": len(truth), "of_unknown_cost": sum(cost is None for cost in costs)}
    return Product(written(work, {"frontier": table}), facts)


def order_of_members(evidence: Evidence, draws: Integers) -> Integers:
    """Members by position in the pool, best first, each once, shape (draw, member).

    Forward selection without replacement: next comes the member with which the plain mean of the
    probabilities has the lowest log loss on the draw's rows (Caruana et al. 2004), the first by
    name among equals. A member that does not know every label is no part of a mean: such ones stand
    last, by their own log loss on the rows whose label they know.
    """
    pool = evidence.pool
    complete = np.flatnonzero(pool.known.all(axis=1))
    order = complete[_selected(evidence.likelihoods(draws))]
    partial = np.flatnonzero(~pool.known.all(axis=1))
    true = pool.log_probabilities[:, np.arange(len(evidence.labels)), evidence.labels][partial]
    logs = np.maximum(true, np.log(_LEAST))[:, draws]  # (member, draw, row), NaN if not known
    rows = (~np.isnan(logs)).sum(axis=2)
    losses = np.where(rows > 0, -np.nansum(logs, axis=2) / np.maximum(rows, 1), np.inf)
    return np.hstack([order, partial[np.argsort(losses.T, axis=1, kind="stable")]])


def _selected(likelihoods: Floats) -> Integers:
    """`likelihoods`, shape (draw, member, row), are of true labels; (draw, member) by rank."""
    draws, members, rows = likelihoods.shape
    sums = np.zeros((draws, 1, rows))
    left = np.ones((draws, members), dtype=np.bool_)
    order = np.empty((draws, members), dtype=np.int64)
    for size in range(members):
        means = np.maximum((sums + likelihoods) / (size + 1), _LEAST)
        losses = np.where(left, -np.log(means).mean(axis=2), np.inf)
        order[:, size] = losses.argmin(axis=1)
        chosen = order[:, size, None]
        np.put_along_axis(left, chosen, values=False, axis=1)
        sums += np.take_along_axis(likelihoods, chosen[:, :, None], axis=1)
    return order


def _decisions(
    combiner: Combiner, evidence: Evidence, draws: Integers, orders: Integers, test: Pool
) -> npt.NDArray[np.int64]:
    """The label of each text by each ensemble, shape (size, draw, text).

    Draws whose first members are the same ones share a fit.
    """
    size, texts = orders.shape[1], test.logits.shape[1]
    found = np.empty((size, len(draws), texts), dtype=np.int64)
    for count in range(1, size + 1):
        alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for draw, order in enumerate(orders):
            alike[tuple(sorted(order[:count].tolist()))].append(draw)
        for chosen, of_draws in alike.items():
            members = np.array(chosen)
            fitted = combiner.fit(_evidence_of(evidence, members), draws[of_draws])
            found[count - 1, of_draws] = fitted.predict(pool_of(test, members)).argmax(axis=2)
    return found


def pool_of(pool: Pool, members: Integers) -> Pool:
    """The pool of some of the members, given by rising positions."""
    return replace(
        pool,
        members=tuple(pool.members[member] for member in members),
        logits=pool.logits[members],
        known=pool.known[members],
    )


def _evidence_of(evidence: Evidence, members: Integers) -> Evidence:
    unlabelled = evidence.unlabelled
    return replace(
        evidence,
        pool=pool_of(evidence.pool, members),
        unlabelled=None if unlabelled is None else pool_of(unlabelled, members),
    )


def costs_of(
    orders: Integers, members: tuple[str, ...], milliseconds: Mapping[str, float | None]
) -> list[float | None]:
    """Milliseconds per text of the ensembles of each size, mean over draws; None if not known."""
    each = np.array([_number(milliseconds.get(member)) for member in members])
    means = np.cumsum(each[orders], axis=1).mean(axis=0)
    return [None if np.isnan(mean) else float(mean) for mean in means]


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _rows(right: npt.NDArray[np.bool_], costs: list[float | None]) -> list[dict[str, Any]]:
    """`right` has shape (size, draw, text)."""
    sizes = [*range(1, len(right) + 1)]
    found = frontier([*right], sizes, np.array(sizes, dtype=np.float64))
    return [
        {
            "members": point.members,
            "milliseconds_per_text": cost,
            "accuracy_mean": point.accuracy,
            "behind": point.behind,
            "standard_error": point.standard_error,
            "within_noise": point.within_noise,
            "best": point is found.best,
            "smallest": point is found.smallest,
        }
        for point, cost in zip(found.points, costs, strict=True)
    ]
