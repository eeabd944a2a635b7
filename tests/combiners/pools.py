"""Pools for tests: members of known skill, and arbitrary ones for invariants."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Pool

LABELS = ("negative", "neutral", "positive")

EVERY_COMBINER = [
    {"kind": "mean"},
    {"kind": "half_hard_mean"},
    {"kind": "majority_vote"},
    {"kind": "pick_best"},
    {"kind": "stacking", "c": 0.1},
    {"kind": "greedy", "rounds": 20},
    {"kind": "least_squares_sgd", "passes": 5, "alpha": 1e-4},
    {"kind": "ridge"},
    {"kind": "convex", "prior_texts": 5.0},
    {"kind": "dawid_skene", "smoothing": 1.0},
    {"kind": "adaptive"},
]


def kind_of(spec):
    return spec["kind"]


def fit(combiner, pool, labels):
    """The combiner fitted on one draw, which is all texts of the pool."""
    evidence = Evidence(pool, np.asarray(labels, dtype=np.int64))
    return combiner.fit(evidence, evidence.all_rows)


def weights(fitted):
    """The weights of the only draw, by member."""
    (row,) = fitted.weights.tolist()
    return dict(zip(fitted.members, row, strict=True))


def predict(fitted, pool):
    """The probabilities of the only draw, shape (text, label)."""
    (probabilities,) = fitted.predict(pool)
    return probabilities


def without_labels(combiner, pool, draws=1):
    """The combiner fitted on draws of no text."""
    nothing = np.empty((draws, 0), dtype=np.int64)
    return combiner.fit(Evidence(pool.rows(nothing[0]), nothing[0]), nothing)


def from_probabilities(**members):
    """A pool whose members give exactly these probabilities, rows of (text, label)."""
    width = len(next(iter(members.values()))[0])
    return Pool.gather(LABELS[:width], {name: np.log(rows) for name, rows in members.items()})


def blind(pool, **unknown):
    """The same pool, in which members do not know the labels named (their positions)."""
    rows = {}
    for name, logits in zip(pool.members, pool.logits, strict=True):
        rows[name] = logits.copy()
        rows[name][:, unknown.get(name, [])] = np.nan
    return Pool.gather(pool.labels, rows)


def skilled(strengths, *, texts=300, seed=0):
    """A pool of members whose logits are noise plus strength times the truth, and the labels."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(len(LABELS), size=texts)
    truth = np.eye(len(LABELS))[labels]
    logits = {
        name: strength * truth + generator.normal(size=truth.shape)
        for name, strength in strengths.items()
    }
    return Pool.gather(LABELS, logits), labels


def uneven(*, texts, seed):
    """Eight calibrated members, wrong on the same texts; 70 % of texts are neutral. And labels."""
    generator = np.random.default_rng(seed)
    shares = np.array([0.1, 0.7, 0.2])
    labels = generator.choice(3, p=shares, size=texts)
    common = np.eye(3)[labels] + np.sqrt(0.8) * generator.normal(size=(texts, 3))
    members = {
        f"m{member}": common + np.sqrt(0.2) * generator.normal(size=(texts, 3)) + np.log(shares)
        for member in range(8)
    }
    return Pool.gather(LABELS, members), labels


def logits_by_member():
    """Strategy: one to four members' logits on the same one to twelve texts."""
    shapes = st.tuples(st.integers(1, 4), st.integers(1, 12), st.just(len(LABELS)))
    stacks = shapes.flatmap(
        lambda shape: arrays(np.float64, shape, elements=st.floats(-30, 30, width=32))
    )
    return stacks.map(lambda stack: {f"member_{i}": rows for i, rows in enumerate(stack)})
