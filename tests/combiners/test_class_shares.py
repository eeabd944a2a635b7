"""Shares of labels among unlabelled texts, from labelled ones that were drawn evenly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.combiners.pools import uneven
from tickertone.combiners.class_shares import class_shares
from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Pool

SHARES = np.array([0.1, 0.7, 0.2])


def evenly(labels, per_class, draws=1, kinds=3):
    generator = np.random.default_rng(7)
    return np.stack(
        [
            np.concatenate(
                [
                    generator.permutation(np.flatnonzero(labels == kind))[:per_class]
                    for kind in range(kinds)
                ]
            )
            for _ in range(draws)
        ]
    )


def test_where_every_text_has_a_label_they_are_those_of_the_labels():
    pool, labels = uneven(texts=200, seed=0)
    expected = np.bincount(labels, minlength=3) / 200
    evidence = Evidence(pool, labels)
    assert class_shares(evidence, evidence.all_rows)[0] == pytest.approx(expected)


def test_without_unlabelled_texts_those_count_from_which_the_labelled_ones_were_drawn():
    pool, labels = uneven(texts=2000, seed=1)
    found = class_shares(Evidence(pool, labels), evenly(labels, 16, draws=20))
    assert np.abs(found - SHARES).mean() < 0.06


def test_they_are_close_to_the_truth_where_members_predict_well():
    pool, labels = uneven(texts=2000, seed=1)
    unlabelled, _ = uneven(texts=2000, seed=2)
    found = class_shares(Evidence(pool, labels, unlabelled), evenly(labels, 32, draws=20))
    assert np.abs(found - SHARES).mean() < 0.05


def test_more_labels_take_out_what_the_members_have_in_common_that_is_wrong():
    """All of them find label 0 too often, on all texts alike."""
    pool, labels = leaning(seed=3)
    unlabelled, _ = leaning(seed=4)
    evidence = Evidence(pool, labels, unlabelled)
    wrong = [
        abs(class_shares(evidence, evenly(labels, k, draws=20, kinds=2))[:, 0].mean() - 0.5)
        for k in (1, 16, 256)
    ]
    believed = unlabelled.mean_probabilities.mean(axis=0)[0] - 0.5
    assert believed > 0.15
    assert wrong[0] < believed + 0.01
    assert wrong[0] > wrong[1] > wrong[2]
    assert wrong[2] < believed / 4


def test_members_that_find_one_label_nearly_everywhere_are_not_believed_for_long():
    pool, labels = leaning(seed=3, by=4.0)
    unlabelled, _ = leaning(seed=4, by=4.0)
    found = class_shares(Evidence(pool, labels, unlabelled), evenly(labels, 64, draws=20, kinds=2))
    believed = unlabelled.mean_probabilities.mean(axis=0)[0]
    assert believed > 0.85
    assert np.abs(found[:, 0] - 0.5).mean() < 0.1


def as_they_come(labels, rows, draws):
    return np.stack(
        [np.random.default_rng(draw).permutation(len(labels))[:rows] for draw in range(draws)]
    )


def test_labels_that_were_drawn_as_texts_come_say_themselves_how_common_they_are():
    """All members find label 0 far too often: of even draws few tell against that."""
    pool, labels = leaning(seed=3, by=4.0)
    unlabelled, _ = leaning(seed=4, by=4.0)
    evidence = Evidence(pool, labels, unlabelled)
    off = [
        np.abs(class_shares(evidence, draws)[:, 0] - 0.5).mean()
        for draws in (
            evenly(labels, 8, draws=40, kinds=2),
            as_they_come(labels, 17, draws=40),  # odd, so that none has as many of both
            as_they_come(labels, 201, draws=40),
        )
    ]
    assert off[0] > 1.5 * off[1]
    assert off[1] > 2 * off[2]
    assert off[2] < 0.04


@pytest.mark.parametrize("others", [3, 40])
def test_a_draw_of_all_that_one_label_has_is_still_an_even_one(others):
    """Of a rare label there are fewer than were asked for."""
    pool, labels = uneven(texts=2000, seed=1)
    rare = np.flatnonzero(labels == 0)[:3]
    kept = np.sort(np.concatenate([rare, np.flatnonzero(labels != 0)]))
    few = Pool.gather(pool.labels, dict(zip(pool.members, pool.logits[:, kept], strict=True)))
    unlabelled, _ = uneven(texts=2000, seed=2)
    evidence = Evidence(few, labels[kept], unlabelled)
    (found,) = class_shares(evidence, evenly(labels[kept], others))
    assert np.abs(found - SHARES).max() < 0.1


def test_draws_that_are_known_to_be_even_say_nothing_however_uneven_they_have_become():
    """As where a fold of an even draw is left out, in which one label has fewer than the others."""
    pool, labels = uneven(texts=2000, seed=1)
    unlabelled, _ = uneven(texts=2000, seed=2)
    rare = np.flatnonzero(labels == 0)[:23]
    others = [np.flatnonzero(labels == kind)[:96] for kind in (1, 2)]
    draw = np.concatenate([rare, *others])[None]
    known, unknown = (
        class_shares(Evidence(pool, labels, unlabelled, drawn_evenly=evenly), draw)[0]
        for evenly in (True, False)
    )
    assert np.abs(known - SHARES).max() < 0.1
    assert np.abs(unknown - SHARES).max() > 0.2


def test_an_even_draw_that_has_come_to_be_of_all_texts_is_counted():
    """Of each label fewer than were asked for."""
    pool, labels = uneven(texts=300, seed=1)
    unlabelled, _ = uneven(texts=2000, seed=2)
    for around in (None, unlabelled):
        evidence = Evidence(pool, labels, around, drawn_evenly=True)
        plain = Evidence(pool, labels, around)
        (found,) = class_shares(evidence, evidence.all_rows)
        np.testing.assert_array_equal(found, class_shares(plain, plain.all_rows)[0])
        assert np.abs(found - np.bincount(labels) / 300).max() < 0.05


def test_where_there_is_no_text_at_all_shares_are_even():
    pool, labels = uneven(texts=9, seed=1)
    nothing = Evidence(pool.rows(np.empty(0, dtype=np.int64)), labels[:0])
    np.testing.assert_array_equal(class_shares(nothing, nothing.all_rows), np.full((1, 3), 1 / 3))


def test_one_text_without_a_label_says_little():
    pool, labels = leaning(seed=3, by=0.0)
    unlabelled = Pool.gather(pool.labels, {name: np.array([[9.0, -9.0]]) for name in pool.members})
    found = class_shares(Evidence(pool, labels, unlabelled), evenly(labels, 64, draws=20, kinds=2))
    assert found[:, 0].max() < 0.7


def test_a_label_that_no_member_ever_finds_has_a_share():
    pool, labels = leaning(seed=3)
    sure = {name: np.tile([2000.0, -2000.0], (50, 1)) for name in pool.members}
    unlabelled = Pool.gather(pool.labels, sure)
    found = class_shares(Evidence(pool, labels, unlabelled), evenly(labels, 4, kinds=2))
    assert np.isfinite(found).all()
    assert found.min() > 0.01


def leaning(*, seed, by=1.5):
    generator = np.random.default_rng(seed)
    labels = np.arange(2000) % 2
    logits = {
        f"m{i}": 2 * np.eye(2)[labels] + generator.normal(size=(2000, 2)) + [by, 0.0]
        for i in range(3)
    }
    return Pool.gather(("negative", "positive"), logits), labels


@given(per_class=st.integers(1, 12), seed=st.integers(0, 50))
def test_they_are_a_distribution_in_which_every_label_occurs(per_class, seed):
    pool, labels = uneven(texts=150, seed=seed)
    unlabelled, _ = uneven(texts=40, seed=seed + 1)
    rows = np.flatnonzero(labels == 1)[None, :per_class]  # of one label alone
    (found,) = class_shares(Evidence(pool, labels, unlabelled), rows)
    assert found.sum() == pytest.approx(1)
    assert found.min() > 0.01
