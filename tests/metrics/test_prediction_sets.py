import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tickertone.errors import ConfigError, DataError
from tickertone.metrics import prediction_sets as ours
from tickertone.metrics.prediction_sets import cv_plus, cv_plus_guarantee


def drawn(texts, random, width=3, mix=None):
    """Labels, and noisy and overconfident probabilities of them."""
    labels = random.choice(width, size=texts, p=mix)
    logits = 3 * np.eye(width)[labels] + random.normal(size=(texts, width)) * 2
    weights = np.exp(1.5 * logits)
    return weights / weights.sum(axis=1, keepdims=True), labels


def binomial_range(trials, share):
    return stats.binom.ppf([0.0005, 0.9995], trials, share) / trials


def split(held_out, labels, texts, alpha):
    """One fit, which saw none of the labelled rows."""
    nothing = np.zeros(len(labels), dtype=np.int64)
    return cv_plus(held_out, labels, nothing, texts[None], alpha=alpha)


def test_the_threshold_worked_out_by_hand():
    # Nine rows, alpha 0.2: the eighth smallest of 1 - p is 0.8.
    of_true = np.arange(1, 10) / 10
    held_out = np.column_stack([1 - of_true, of_true])
    texts = np.array([[0.25, 0.75], [0.19, 0.81], [0.5, 0.5]])
    sets = split(held_out, np.zeros(9, dtype=np.int64), texts, 0.2)
    assert sets.holds.tolist() == [[True, True], [False, True], [True, True]]
    assert sets.all_labels.tolist() == [False, True]  # of label 1 there is no row


def test_a_whole_rank_is_not_rounded_up_by_floats():
    assert 100 * (1 - 0.42) > 58
    of_true = np.arange(1, 100) / 100
    held_out, truth = np.column_stack([of_true, 1 - of_true]), np.zeros(99, dtype=np.int64)
    texts = np.array([[0.415, 0.585], [0.425, 0.575]])  # the 58th highest of 99 is 0.42
    assert split(held_out, truth, texts, 0.42).holds[:, 0].tolist() == [False, True]


@pytest.mark.parametrize(("alpha", "needed"), [(0.1, 9), (0.05, 19), (0.2, 4), (0.01, 99)])
def test_a_label_with_one_row_too_few_is_in_every_set_which_says_so(alpha, needed):
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [needed, needed - 1, 0])
    probabilities = random.dirichlet(np.ones(3), size=len(labels))
    texts, _ = drawn(50, random)
    sets = split(probabilities, labels, texts, alpha)
    assert sets.all_labels.tolist() == [False, True, True]
    assert sets.holds[:, 1:].all()
    assert not sets.holds[:, 0].all()


@pytest.mark.parametrize(("rows", "alpha"), [(9, 0.1), (19, 0.1), (12, 0.2), (64, 0.05)])
def test_of_one_fit_the_coverage_of_a_label_on_simulated_data_is_the_exact_one(rows, alpha):
    random, trials, per_trial = np.random.default_rng(rows), 4000, rows + 1
    probabilities, labels = drawn(trials * per_trial, random, mix=[0, 1, 0])
    held = 0
    for trial in range(trials):
        own = slice(trial * per_trial, (trial + 1) * per_trial)
        p, y = probabilities[own], labels[own]
        held += split(p[:-1], y[:-1], p[-1:], alpha).holds[0, 1]
    low, high = binomial_range(trials, math.ceil((rows + 1) * (1 - alpha)) / (rows + 1))
    assert low <= held / trials <= high


def test_rows_drawn_evenly_cover_texts_of_another_mix():
    random = np.random.default_rng(1)

    def skewed(texts, mix):
        """A system that underrates label 2, which nine texts in ten have."""
        probabilities, labels = drawn(texts, random, mix=mix)
        weights = probabilities * [1, 1, 0.02]
        return weights / weights.sum(axis=1, keepdims=True), labels

    covered = []
    for _ in range(60):
        held_out, labels = skewed(300, None)
        texts, truth = skewed(400, [0.02, 0.08, 0.9])
        covered.append(ours.coverage(split(held_out, labels, texts, 0.1).holds, truth))
    assert 0.895 <= np.mean(covered) <= 0.92


def fitted(texts, labels, weights):
    """A learner of three Gaussian classes on a line, fitted to weighted rows: class means."""
    own = np.eye(3)[labels] * weights[:, None]
    return (own.T @ texts) / np.maximum(own.sum(axis=0), 1e-9)


def judged(means, texts):
    logits = -((texts[:, None] - means) ** 2)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("folds", [12, 4])
def test_coverage_is_at_least_as_promised(folds):
    random, trials, rows, alpha = np.random.default_rng(2), 1500, 36, 0.2
    held = []
    for _ in range(trials):
        labels = np.tile([0, 1, 2], rows // 3)
        fold = np.arange(rows) * folds // rows
        seen = labels + random.normal(size=rows)
        truth = random.integers(3, size=5)
        new = truth + random.normal(size=5)
        means = [fitted(seen, labels, (fold != out).astype(float)) for out in range(folds)]
        own = np.stack([judged(m, seen) for m in means])[fold, np.arange(rows)]
        of_new = np.stack([judged(m, new) for m in means])
        sets = cv_plus(own, labels, fold, of_new, alpha=alpha)
        held.append(ours.coverage(sets.holds, truth))
    margin = 3.3 * np.std(held) / math.sqrt(trials)
    assert sets.guarantee < 1 - alpha
    assert np.mean(held) + margin >= 1 - alpha  # more than is promised, but seen in practice


@given(rows=st.integers(1, 40), alpha=st.floats(0.02, 0.6), seed=st.integers(0, 50))
def test_where_all_folds_have_one_fit_they_make_no_difference(rows, alpha, seed):
    random = np.random.default_rng(seed)
    probabilities, labels = drawn(rows, random)
    texts, _ = drawn(8, random)
    together = split(probabilities, labels, texts, alpha)
    fold = np.arange(rows) % min(rows, 5)
    same = np.broadcast_to(texts, (fold.max() + 1, *texts.shape))
    crossed = cv_plus(probabilities, labels, fold, same, alpha=alpha)
    assert crossed.holds.tolist() == together.holds.tolist()
    assert crossed.all_labels.tolist() == together.all_labels.tolist()


def test_a_label_is_in_by_the_papers_count_of_its_rows():
    random = np.random.default_rng(3)
    own, labels = drawn(40, random)
    fold = np.arange(40) % 4
    texts = np.stack([drawn(6, random)[0] for _ in range(4)])
    sets = cv_plus(own, labels, fold, texts, alpha=0.25)
    for text in range(6):
        for label in range(3):
            rows = np.flatnonzero(labels == label)
            smaller = sum(1 - own[i, label] < 1 - texts[fold[i], text, label] for i in rows)
            assert sets.holds[text, label] == (smaller < 0.75 * (len(rows) + 1))


def test_the_guarantee_of_cv_plus_worked_out_by_hand():
    assert cv_plus_guarantee(20, 20, 0.1) == pytest.approx(0.8)
    assert cv_plus_guarantee(20, 5, 0.1) == pytest.approx(0.8 - 0.75 / 6)
    assert cv_plus_guarantee(1000, 2, 0.1) == pytest.approx(0.8 - 2 * 0.5 / 501)
    assert cv_plus_guarantee(20, 60, 0.1) == pytest.approx(0.8)  # of each of three labels
    assert cv_plus_guarantee(8, 4, 0.1) == 1.0  # all labels
    assert cv_plus_guarantee(20, 5, 0.49) == 0.0


def test_the_guarantee_is_the_weakest_of_the_labels_that_are_calibrated():
    own, _ = drawn(43, np.random.default_rng(0))
    labels = np.repeat([0, 1, 2], [20, 21, 2])
    fold = np.concatenate([np.arange(20) % 4, np.arange(21) % 4, [0, 1]])
    sets = cv_plus(own, labels, fold, np.stack([own] * 4), alpha=0.1)
    assert sets.all_labels.tolist() == [False, False, True]
    # 0.8 less (1 - 4/21) / 5 and (1 - 4/20) / 5; the third label is always there.
    assert sets.guarantee == pytest.approx(0.8 - 17 / 105)
    assert sets.guarantee < cv_plus_guarantee(20, 4, 0.1) < 1


@given(rows=st.integers(1, 30), alpha=st.floats(0.02, 0.5), seed=st.integers(0, 50))
def test_a_higher_coverage_never_drops_a_label(rows, alpha, seed):
    random = np.random.default_rng(seed)
    probabilities, labels = drawn(rows, random)
    texts, _ = drawn(8, random)
    narrow, wide = (split(probabilities, labels, texts, a) for a in (alpha, alpha / 2))
    assert (narrow.holds <= wide.holds).all()


def test_coverage_and_size_worked_out_by_hand():
    holds = np.array([[True, False, False], [True, True, False], [False, False, False]])
    assert ours.coverage(holds, np.array([0, 2, 1])) == pytest.approx(1 / 3)
    assert ours.mean_set_size(holds) == 1


def test_what_does_not_match_is_refused():
    probabilities, labels = drawn(10, np.random.default_rng(0))
    for alpha in (0.0, 1.0):
        with pytest.raises(ConfigError, match="alpha"):
            split(probabilities, labels, probabilities, alpha)
    with pytest.raises(DataError):
        split(probabilities, labels[:9], probabilities, 0.1)
    with pytest.raises(DataError):
        split(probabilities, labels, probabilities[:, :2], 0.1)
    twice = np.stack([probabilities] * 2)
    for fold in (np.zeros(10, dtype=np.int64), np.arange(10), np.arange(9) % 2):
        with pytest.raises(DataError, match="folds"):
            cv_plus(probabilities, labels, fold, twice, alpha=0.1)
