"""Accuracy of every combiner by label budget, on synthetic pools of fifteen correlated members.

    python -m benchmarks.synthetic_pools --draws 100 --per-class 1 8 128 [--json]

A text has a label y of -1 or +1, and member i answers the log-odds 2 (s_i y + (c + o_i) / sqrt 2):
c is drawn once a text and shared by all members, o_i for each member alone, both standard normal. A
member's skill s_i is all that tells the pools apart. The texts from which the few labelled ones are
drawn, those without labels, and those that are scored are drawn once a pool.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from tickertone.catalog.combiners import CombinerSpec
from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Floats, Integers, Labels, Pool
from tickertone.combiners.registry import make_combiner
from tickertone.combiners.simplex import onto_simplex

MEMBERS = 15
POOLS: Mapping[str, Floats] = {
    "weak to strong": np.linspace(0.2, 1.4, MEMBERS),
    "all similar": np.linspace(0.9, 1.1, MEMBERS),
    "one strong": np.array([1.6] + [0.35] * (MEMBERS - 1)),
}
BUDGETS = (0, 1, 2, 4, 8, 16, 32, 64, 128)
PLAIN = "plain least squares"  # what the penalised ones are there to avoid
BEST = "best single member"  # by the truth, so not to be had


@dataclass(frozen=True)
class Trial:
    """One pool: what may be learnt from, and what is scored."""

    evidence: Evidence
    test: Pool
    truth: Labels

    def accuracy(self, probabilities: Floats) -> Floats:
        """Shares of right decisions, shape (draw,)."""
        return np.asarray((probabilities.argmax(axis=2) == self.truth).mean(axis=1))


def answers(skills: Floats, texts: int, generator: np.random.Generator) -> tuple[Pool, Labels]:
    """A pool on new texts, half of each label, and the labels."""
    labels = np.arange(texts) % 2
    common = generator.normal(size=texts)
    own = generator.normal(size=(len(skills), texts))
    odds = 2 * (skills[:, None] * (2 * labels - 1) + np.sqrt(0.5) * common + np.sqrt(0.5) * own)
    logits = {f"member_{i:02}": np.column_stack([-z / 2, z / 2]) for i, z in enumerate(odds)}
    return Pool.gather(("negative", "positive"), logits), labels


def trial(name: str, *, texts: int, seed: int = 0) -> Trial:
    """One of POOLS: 4,000 texts to draw labels from, 2,000 without, and `texts` to score."""
    generator = np.random.default_rng(seed)
    pool, labels = answers(POOLS[name], 4000, generator)
    unlabelled, _ = answers(POOLS[name], 2000, generator)
    return Trial(Evidence(pool, labels, unlabelled), *answers(POOLS[name], texts, generator))


def drawn(labels: Labels, per_class: int, draws: int) -> Integers:
    """Rows, `per_class` of each label, shape (draw, row); a larger budget holds a smaller."""
    orders = [np.random.default_rng(draw).permutation(len(labels)) for draw in range(draws)]
    return np.stack(
        [
            np.concatenate([order[labels[order] == kind][:per_class] for kind in (0, 1)])
            for order in orders
        ]
    )


def specs() -> dict[str, dict[str, Any]]:
    """Every kind of combiner of the catalog, with its default settings."""
    found = {}
    for spec in get_args(get_args(CombinerSpec)[0]):
        (kind,) = get_args(spec.model_fields["kind"].annotation)
        found[kind] = spec(kind=kind).model_dump(mode="json")
    return found


def curve(spec: Mapping[str, Any], of: Trial, budgets: Sequence[int], draws: int) -> list[float]:
    """Mean accuracy over draws at each budget, in texts of each label."""
    combiner = make_combiner(spec)
    labels = of.evidence.labels
    return [
        float(of.accuracy(combiner.fit(of.evidence, rows).predict(of.test)).mean())
        for rows in (drawn(labels, per_class, draws) for per_class in budgets)
    ]


def plain(of: Trial, budgets: Sequence[int], draws: int) -> list[float]:
    """The same of ordinary least squares on (probability + vote) / 2 of the positive class."""

    def features(pool: Pool) -> Floats:
        halves = (pool.probabilities + pool.votes)[:, :, 1].T / 2
        return np.column_stack([halves, np.ones(len(halves))])

    known, asked = features(of.evidence.pool), features(of.test)
    found = []
    for per_class in budgets:
        rows = drawn(of.evidence.labels, per_class, draws)
        slopes = [np.linalg.lstsq(known[r], of.evidence.labels[r])[0] for r in rows]
        values = (asked @ np.stack(slopes).T).T
        shares = onto_simplex(np.stack([1 - values, values], axis=2))
        found.append(float(of.accuracy(shares).mean()))
    return found


def table(
    name: str, budgets: Sequence[int], draws: int, texts: int
) -> dict[str, tuple[list[float], float]]:
    """Of one pool: who -> its accuracy at each budget, and seconds that the whole took."""
    of = trial(name, texts=texts)
    alone = (of.test.votes.argmax(axis=2) == of.truth).mean(axis=1)
    rows = {BEST: ([float(alone.max())] * len(budgets), 0.0)}
    for kind, spec in specs().items():
        begun = time.perf_counter()
        found = curve(spec, of, budgets, draws)
        rows[kind] = (found, time.perf_counter() - begun)
    begun = time.perf_counter()
    found = plain(of, budgets, draws)
    return rows | {PLAIN: (found, time.perf_counter() - begun)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each pool."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.synthetic_pools")
    parser.add_argument("--draws", type=int, default=20, help="of the labelled texts")
    parser.add_argument("--texts", type=int, default=2000, help="that are scored")
    parser.add_argument("--per-class", type=int, nargs="+", default=BUDGETS, metavar="K")
    parser.add_argument("--json", action="store_true", help="print figures and nothing else")
    asked = parser.parse_args(arguments)
    tables = {name: table(name, asked.per_class, asked.draws, asked.texts) for name in POOLS}
    if asked.json:
        print(json.dumps({"per_class": [*asked.per_class], "pools": tables}, indent=1))
        return 0
    for name, rows in tables.items():
        print(f"\n{name}, {asked.draws} draws, {asked.texts} texts")
        print(
            f"{'labels of each class':20}" + "".join(f"{k:>7}" for k in asked.per_class) + "  time"
        )
        for who, (found, seconds) in rows.items():
            shown = "".join(f"{100 * accuracy:7.1f}" for accuracy in found)
            print(f"{who:20}{shown}" + (f"{seconds:5.2f}s" if seconds else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
