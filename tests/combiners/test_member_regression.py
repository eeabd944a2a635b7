"""The regression that starts at equal weights, and what it would have told of rows unseen."""

import numpy as np
import pytest

from tests.combiners.pools import LABELS, blind, skilled
from tickertone.combiners.member_regression import regression
from tickertone.combiners.pool import Pool

NONE = np.zeros((1, 3))


def few(pool, labels, rows, offset=NONE):
    return regression(pool, rows[None, :], labels[rows][None, :], offset)


def test_what_it_foretells_is_close_to_refits_without_the_row():
    """Refits choose the widths of the priors anew, too."""
    pool, labels = skilled({"a": 2.0, "b": 1.0, "c": 0.2, "d": 0.2}, texts=24, seed=1)
    rows = np.arange(24)
    slow = []
    for row in rows:
        others = rows[rows != row]
        (told,) = few(pool, labels, others).fitted.predict(pool.rows(np.array([row])))
        slow.append(told[0, labels[row]])
    foretold = few(pool, labels, rows).foretold[0]
    seen = few(pool, labels, rows).fitted.predict(pool)[0, rows, labels]
    assert np.abs(foretold - slow).max() < 0.03
    assert np.log(foretold).sum() == pytest.approx(np.log(slow).sum(), abs=0.3)
    assert np.log(seen).sum() > np.log(slow).sum() + 1  # what leaving nothing out would claim


def test_a_handful_of_texts_that_all_members_get_wrong_does_not_turn_them_round():
    generator = np.random.default_rng(2)
    labels = generator.integers(3, size=400)
    common = 3 * np.eye(3)[labels] + 1.5 * generator.normal(size=(400, 3))
    pool = Pool.gather(
        LABELS, {f"m{i:02}": common + generator.normal(size=(400, 3)) / 2 for i in range(15)}
    )
    wrong = np.flatnonzero(pool.mean_probabilities.argmax(axis=1) != labels)
    rows = np.concatenate([wrong[labels[wrong] == k][:1] for k in range(3)])
    assert len(rows) == 3
    (told,) = few(pool, labels, rows).fitted.predict(pool)
    assert (told.argmax(axis=1) == labels).mean() > 0.7


def test_weights_are_shares_and_follow_skill():
    pool, labels = skilled({"good": 3.0, "poor": 0.1, "part": 1.0}, texts=300, seed=3)
    fitted = few(blind(pool, part=[1]), labels, np.arange(300)).fitted
    weights = dict(zip(pool.members, fitted.weights[0], strict=True))
    assert sum(weights.values()) == pytest.approx(1)
    assert min(weights.values()) >= 0
    assert weights["good"] > 2 * weights["poor"]


def test_rows_chosen_by_label_are_foretold_as_they_occur():
    """A constant pool: all that is left is how often each label occurs."""
    flat = Pool.gather(LABELS, {"a": np.zeros((90, 3)), "b": np.zeros((90, 3))})
    labels = np.repeat(np.arange(3), 30)
    occurs = np.array([0.2, 0.2, 0.6])
    found = few(flat, labels, np.arange(90), np.log((1 / 3) / occurs)[None, :])
    assert found.fitted.predict(flat)[0, 0] == pytest.approx(occurs, abs=0.03)
    assert found.foretold[0, labels == 2] == pytest.approx(0.6, abs=0.05)
