"""A sweep over label budgets, vectorised over draws, beside a loop over scikit-learn.

    python -m benchmarks.sweep [--targets 8] [--texts 2000] [--draws 20] [--rounds 3] [--json]

Both sides fit the same two learners on the same labels of the same synthetic pools of fifteen
members, at every budget and in every draw, and score the same texts: the paper's learner (least
squares by stochastic gradients) and stacking (logistic regression). Then all combiners, by us.
"""

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from functools import cache, partial
from statistics import median
from typing import Any

import numpy as np

from benchmarks.rounds import Time, in_rounds
from benchmarks.synthetic_pools import BUDGETS, POOLS, Trial, curve, drawn, specs, trial
from tickertone.combiners.pool import Floats, Pool

WITH_LABELS = [budget for budget in BUDGETS if budget]
AGREE = 0.002  # of mean accuracies: scikit-learn's solver stops earlier


def ours(kind: str, trials: Sequence[Trial], draws: int) -> Floats:
    """Mean accuracy, shape (target, budget)."""
    return np.array([curve(specs()[kind], of, WITH_LABELS, draws) for of in trials])


def theirs(fit: Callable[[Trial, Floats], Floats], trials: Sequence[Trial], draws: int) -> Floats:
    """The same by one fit after another; `fit` gives the accuracy of a draw."""
    return np.array(
        [
            [
                np.mean([fit(of, rows) for rows in drawn(of.evidence.labels, budget, draws)])
                for budget in WITH_LABELS
            ]
            for of in trials
        ]
    )


def stacking(of: Trial, rows: Floats) -> Floats:
    """scikit-learn's logistic regression on the members' centred log-probabilities."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=0.1, max_iter=1000)
    model.fit(of.evidence.pool.features[rows], of.evidence.labels[rows])
    return np.asarray((model.predict(of.test.features) == of.truth).mean())


def least_squares_sgd(of: Trial, rows: Floats) -> Floats:
    """scikit-learn's gradient descent from equal weights, labels taking turns as ours do."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import SGDRegressor

    labels = of.evidence.labels[rows]
    turns = np.column_stack([rows[labels == kind] for kind in (labels[0], 1 - labels[0])]).ravel()
    features = _halves(of.evidence.pool)
    model = SGDRegressor(alpha=1e-4, max_iter=5, tol=None, shuffle=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = np.full(features.shape[1], 1 / features.shape[1])
        model.fit(features[turns], of.evidence.labels[turns], coef_init=start, intercept_init=[0.0])
    return np.asarray(((model.predict(_halves(of.test)) > 0.5) == of.truth).mean())


@cache
def _halves(pool: Pool) -> Floats:
    """(probability + vote) / 2 of the last label, shape (text, member)."""
    return np.asarray((pool.probabilities[:, :, 1] + pool.votes[:, :, 1]).T / 2)


LOOPS = {"stacking": stacking, "least_squares_sgd": least_squares_sgd}


def measure(targets: int, texts: int, draws: int, number: int) -> dict[str, Any]:
    """Seconds of both sides, the median of ratios within rounds, and all combiners together.

    Raises SystemExit where the two sides do not find the same.
    """
    names = [*POOLS]
    trials = [trial(names[i % len(names)], texts=texts, seed=i) for i in range(targets)]
    for of in trials:  # both sides find their features ready
        for pool in (of.evidence.pool, of.test):
            _halves(pool), pool.features
    learners = {}
    for kind, loop in LOOPS.items():
        figures: dict[str, Floats] = {}
        sides = {
            "ours": partial(_timed, figures, "ours", partial(ours, kind, trials, draws)),
            "loop": partial(_timed, figures, "loop", partial(theirs, loop, trials, draws)),
        }
        times = in_rounds(sides, number)
        apart = float(np.abs(figures["ours"] - figures["loop"]).max())
        if apart > AGREE:
            raise SystemExit(f"{kind}: accuracies {apart:.4f} apart, at most {AGREE} expected")
        learners[kind] = {
            "ours": median(one["ours"].wall for one in times),
            "scikit_learn": median(one["loop"].wall for one in times),
            "times_as_fast": median(one["loop"].wall / one["ours"].wall for one in times),
            "accuracies_apart": apart,
        }
    began = time.perf_counter()
    for kind in specs():
        ours(kind, trials, draws)
    every = {"kinds": len(specs()), "seconds": time.perf_counter() - began}
    return {"learners": learners, "all_combiners": every}


def _timed(figures: dict[str, Floats], side: str, sweep: Callable[[], Floats]) -> Time:
    began, used = time.perf_counter(), time.process_time()
    figures[side] = sweep()
    return Time(time.perf_counter() - began, time.process_time() - used, "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep")
    parser.add_argument("--targets", type=int, default=8)
    parser.add_argument("--texts", type=int, default=2000, help="that are scored, a target")
    parser.add_argument("--draws", type=int, default=20, help="of labels, at each of 8 budgets")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    found = measure(asked.targets, asked.texts, asked.draws, asked.rounds)
    if asked.json:
        print(json.dumps({**vars(asked), **found}, indent=1))
        return 0
    print(f"{asked.targets} targets, 8 budgets, {asked.draws} draws, {asked.texts} texts each")
    for kind, row in found["learners"].items():
        print(
            f"{kind:<20} {row['ours']:7.2f} s, a loop over scikit-learn "
            f"{row['scikit_learn']:7.2f} s: {row['times_as_fast']:.1f} times as fast"
        )
    every = found["all_combiners"]
    print(f"all {every['kinds']} combiners {every['seconds']:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
