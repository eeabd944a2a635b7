import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tickertone.errors import ConfigError, DataError
from tickertone.metrics import prediction_sets as ours
from tickertone.metrics.prediction_sets import cv_plus, cv_plus_guarantee, split_conformal

scores = st.sampled_from(["lac", "aps"])


def drawn(texts, random, width=3, mix=None):
    """Labels, and noisy and overconfident probabilities of them."""
    labels = random.choice(width, size=texts, p=mix)
    logits = 3 * np.eye(width)[labels] + random.normal(size=(texts, width)) * 2
    weights = np.exp(1.5 * logits)
    return weights / weights.sum(axis=1, keepdims=True), labels


def binomial_range(trials, share):
    return stats.binom.ppf([0.0005, 0.9995], trials, share) / trials


def test_both_scores_worked_out_by_hand():
    probabilities = np.array([[0.5, 0.2, 0.3], [0.1, 0.8, 0.1]])
    assert ours.lac_scores(probabilities) == pytest.approx(
        np.array([[0.5, 0.8, 0.7], [0.9, 0.2, 0.9]])
    )
    assert ours.aps_scores(probabilities) == pytest.approx(
        np.array([[0.5, 1.0, 0.8], [0.9, 0.8, 1.0]])
    )


def test_the_threshold_worked_out_by_hand():
    # Nine rows, alpha 0.2: the eighth smallest of 1 - p is 0.8.
    of_true = np.arange(1, 10) / 10
    held_out = np.column_stack([1 - of_true, of_true])
    sets = split_conformal(
        held_out,
        np.zeros(9, dtype=np.int64),
        np.array([[0.25, 0.75], [0.19, 0.81], [0.5, 0.5]]),
        alpha=0.2,
        score="lac",
        per_label=False,
    )
    assert sets.holds.tolist() == [[True, True], [False, True], [True, True]]
    assert sets.guarantee == pytest.approx(0.8)
    assert not sets.all_labels.any()


def test_a_whole_rank_is_not_rounded_up_by_floats():
    assert 100 * (1 - 0.42) > 58
    of_true = np.arange(1, 100) / 100
    held_out, truth = np.column_stack([of_true, 1 - of_true]), np.zeros(99, dtype=np.int64)
    texts = np.array([[0.415, 0.585], [0.425, 0.575]])  # the 58th highest of 99 is 0.42
    sets = split_conformal(held_out, truth, texts, alpha=0.42, score="lac", per_label=False)
    assert sets.holds[:, 0].tolist() == [False, True]


@pytest.mark.parametrize(("alpha", "needed"), [(0.1, 9), (0.05, 19), (0.2, 4), (0.01, 99)])
@pytest.mark.parametrize("score", ["lac", "aps"])
def test_one_row_too_few_gives_all_labels_and_says_so(alpha, needed, score):
    random = np.random.default_rng(0)
    probabilities, labels = drawn(needed, random)
    texts, _ = drawn(50, random)
    for rows, all_labels in ((needed, False), (needed - 1, True)):
        sets = split_conformal(
            probabilities[:rows], labels[:rows], texts, alpha=alpha, score=score, per_label=False
        )
        assert sets.all_labels.tolist() == [all_labels] * 3
        assert sets.holds.all() or not all_labels


def test_per_label_each_needs_its_own_rows():
    random = np.random.default_rng(0)
    probabilities, _ = drawn(15, random)
    labels = np.array([0] * 9 + [1] * 6)
    sets = split_conformal(
        probabilities, labels, probabilities, alpha=0.1, score="lac", per_label=True
    )
    assert sets.all_labels.tolist() == [False, True, True]
    assert sets.holds[:, 1:].all()


@pytest.mark.parametrize(("rows", "alpha"), [(9, 0.1), (19, 0.1), (12, 0.2), (64, 0.05)])
def test_split_coverage_on_simulated_data_is_the_exact_one(rows, alpha):
    random, trials, per_trial = np.random.default_rng(rows), 4000, rows + 1
    probabilities, labels = drawn(trials * per_trial, random)
    held = 0
    for trial in range(trials):
        own = slice(trial * per_trial, (trial + 1) * per_trial)
        p, y = probabilities[own], labels[own]
        sets = split_conformal(p[:-1], y[:-1], p[-1:], alpha=alpha, score="lac", per_label=False)
        held += sets.holds[0, y[-1]]
    low, high = binomial_range(trials, math.ceil((rows + 1) * (1 - alpha)) / (rows + 1))
    assert low <= held / trials <= high
    assert high >= 1 - alpha


def test_adaptive_sets_cover_at_least_as_promised():
    random, trials = np.random.default_rng(5), 3000
    held = 0
    for _ in range(trials):
        p, y = drawn(20, random)
        sets = split_conformal(p[:-1], y[:-1], p[-1:], alpha=0.1, score="aps", per_label=False)
        held += sets.holds[0, y[-1]]
    assert held / trials >= binomial_range(trials, 0.9)[0]


def test_rows_drawn_evenly_need_calibration_per_label_where_the_texts_have_another_mix():
    random = np.random.default_rng(1)
    mix = [0.02, 0.08, 0.9]

    def skewed(texts, mix):
        """A system that underrates label 2."""
        probabilities, labels = drawn(texts, random, mix=mix)
        weights = probabilities * [1, 1, 0.02]
        return weights / weights.sum(axis=1, keepdims=True), labels

    pooled, per_label = [], []
    for _ in range(60):
        held_out, labels = skewed(300, None)
        texts, truth = skewed(400, mix)
        for found, flag in ((pooled, False), (per_label, True)):
            sets = split_conformal(
                held_out, labels, texts, alpha=0.1, score="lac", per_label=flag
            ).holds
            found.append(ours.coverage(sets, truth))
    assert np.mean(pooled) < 0.85
    assert np.mean(per_label) >= 0.895


def fitted(texts, labels, weights):
    """A learner of three Gaussian classes on a line, fitted to weighted rows: class means."""
    own = np.eye(3)[labels] * weights[:, None]
    return (own.T @ texts) / np.maximum(own.sum(axis=0), 1e-9)


def judged(means, texts):
    logits = -((texts[:, None] - means) ** 2)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("folds", "per_label", "score"),
    [(12, False, "lac"), (4, False, "lac"), (4, False, "aps"), (4, True, "lac")],
)
def test_cv_plus_covers_at_least_as_promised(folds, per_label, score):
    random, trials, texts = np.random.default_rng(2), 1500, 5
    rows, alpha = (36, 0.2) if per_label else (12, 0.2)
    held = []
    for _ in range(trials):
        labels = np.tile([0, 1, 2], rows // 3) if per_label else random.integers(3, size=rows)
        fold = np.arange(rows) * folds // rows
        seen = labels + random.normal(size=rows)
        truth = random.integers(3, size=texts)
        new = truth + random.normal(size=texts)
        means = [fitted(seen, labels, (fold != out).astype(float)) for out in range(folds)]
        own = np.stack([judged(m, seen) for m in means])[fold, np.arange(rows)]
        of_new = np.stack([judged(m, new) for m in means])
        sets = cv_plus(own, labels, fold, of_new, alpha=alpha, score=score, per_label=per_label)
        held.append(ours.coverage(sets.holds, truth))
    margin = 3.3 * np.std(held) / math.sqrt(trials)
    assert np.mean(held) + margin >= sets.guarantee
    assert np.mean(held) + margin >= 1 - alpha  # not promised, but what is seen in practice


@given(rows=st.integers(1, 40), alpha=st.floats(0.02, 0.6), score=scores, seed=st.integers(0, 50))
def test_cv_plus_with_one_fit_for_all_folds_is_split_conformal(rows, alpha, score, seed):
    random = np.random.default_rng(seed)
    probabilities, labels = drawn(rows, random)
    texts, _ = drawn(8, random)
    for per_label in (False, True):
        how = {"alpha": alpha, "score": score, "per_label": per_label}
        split = split_conformal(probabilities, labels, texts, **how)
        fold = np.arange(rows) % min(rows, 5)
        same = np.broadcast_to(texts, (fold.max() + 1, *texts.shape))
        crossed = cv_plus(probabilities, labels, fold, same, **how)
        assert crossed.holds.tolist() == split.holds.tolist()
        assert crossed.all_labels.tolist() == split.all_labels.tolist()


def test_cv_plus_is_the_papers_count_of_rows():
    random = np.random.default_rng(3)
    own, labels = drawn(20, random)
    fold = np.arange(20) % 4
    texts = np.stack([drawn(6, random)[0] for _ in range(4)])
    sets = cv_plus(own, labels, fold, texts, alpha=0.25, score="lac", per_label=False)
    for text in range(6):
        for label in range(3):
            smaller = sum(
                1 - own[i, labels[i]] < 1 - texts[fold[i], text, label] for i in range(20)
            )
            assert sets.holds[text, label] == (smaller < 0.75 * 21)


def test_the_guarantee_of_cv_plus_worked_out_by_hand():
    assert cv_plus_guarantee(20, 20, 0.1) == pytest.approx(0.8)
    assert cv_plus_guarantee(20, 5, 0.1) == pytest.approx(0.8 - 0.75 / 6)
    assert cv_plus_guarantee(1000, 2, 0.1) == pytest.approx(0.8 - 2 * 0.5 / 501)
    assert cv_plus_guarantee(20, 60, 0.1) == pytest.approx(0.8)  # of each of three labels
    assert cv_plus_guarantee(8, 4, 0.1) == 1.0  # all labels
    assert cv_plus_guarantee(20, 5, 0.49) == 0.0


def test_per_label_the_guarantee_is_the_weakest_of_the_labels_that_are_calibrated():
    own, _ = drawn(43, np.random.default_rng(0))
    labels = np.repeat([0, 1, 2], [20, 21, 2])
    fold = np.concatenate([np.arange(20) % 4, np.arange(21) % 4, [0, 1]])
    sets = cv_plus(own, labels, fold, np.stack([own] * 4), alpha=0.1, score="lac", per_label=True)
    assert sets.all_labels.tolist() == [False, False, True]
    # 0.8 less (1 - 4/21) / 5 and (1 - 4/20) / 5; the third label is always there.
    assert sets.guarantee == pytest.approx(0.8 - 17 / 105)
    assert sets.guarantee < cv_plus_guarantee(20, 4, 0.1) < 1


@given(st.integers(1, 30), st.floats(0.02, 0.5), scores, st.booleans(), st.integers(0, 50))
def test_a_higher_coverage_never_drops_a_label(rows, alpha, score, per_label, seed):
    random = np.random.default_rng(seed)
    probabilities, labels = drawn(rows, random)
    texts, _ = drawn(8, random)
    narrow, wide = (
        split_conformal(probabilities, labels, texts, alpha=a, score=score, per_label=per_label)
        for a in (alpha, alpha / 2)
    )
    assert (narrow.holds <= wide.holds).all()


def test_coverage_and_size_worked_out_by_hand():
    holds = np.array([[True, False, False], [True, True, False], [False, False, False]])
    assert ours.coverage(holds, np.array([0, 2, 1])) == pytest.approx(1 / 3)
    assert ours.mean_set_size(holds) == 1


def test_what_does_not_match_is_refused():
    probabilities, labels = drawn(10, np.random.default_rng(0))
    how = {"score": "lac", "per_label": False}
    for alpha in (0.0, 1.0):
        with pytest.raises(ConfigError, match="alpha"):
            split_conformal(probabilities, labels, probabilities, alpha=alpha, **how)
    with pytest.raises(DataError):
        split_conformal(probabilities, labels[:9], probabilities, alpha=0.1, **how)
    with pytest.raises(DataError):
        split_conformal(probabilities, labels, probabilities[:, :2], alpha=0.1, **how)
    twice = np.stack([probabilities] * 2)
    for fold in (np.zeros(10, dtype=np.int64), np.arange(10), np.arange(9) % 2):
        with pytest.raises(DataError, match="folds"):
            cv_plus(probabilities, labels, fold, twice, alpha=0.1, **how)
