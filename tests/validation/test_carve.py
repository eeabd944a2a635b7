import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.identity.near_twins import clusters, find_twins
from tickertone.validation.carve import carve

SUBJECTS = ["the bank", "the miner", "an airline", "the brewer", "a chip maker", "the insurer"]
VERBS = ["raises its forecast", "cuts jobs", "misses estimates", "wins an order", "buys a rival"]
TEXTS = st.lists(
    st.builds("{} {} {}".format, st.sampled_from(SUBJECTS), st.sampled_from(VERBS), st.just("now")),
    min_size=1,
    max_size=25,
)

SHARES = {"dev": 0.2, "labels": 0.1, "unlabelled": 0.3, "test": 0.15}


def carve_dev(texts, fraction):
    return carve(texts, {"dev": fraction})["dev"]


@given(TEXTS, st.floats(0, 1))
def test_no_near_twin_pair_is_split(texts, fraction):
    in_dev = carve_dev(texts, fraction)
    found = find_twins(texts, texts)
    assert (in_dev[found.left] == in_dev[found.right]).all()


@given(TEXTS, TEXTS)
def test_new_rows_move_only_the_clusters_that_they_join(texts, added):
    before = carve_dev(texts, 0.3)
    after = carve_dev([*texts, *added], 0.3)[: len(texts)]
    united = clusters([*texts, *added])
    joined = np.isin(united[: len(texts)], united[len(texts) :])
    assert (before == after)[~joined].all()


@given(TEXTS, st.randoms())
def test_the_order_of_rows_does_not_matter(texts, random):
    order = list(range(len(texts)))
    random.shuffle(order)
    shuffled = carve_dev([texts[i] for i in order], 0.5)
    assert shuffled.tolist() == carve_dev(texts, 0.5)[order].tolist()


@given(TEXTS, st.floats(0, 1), st.floats(0, 1))
def test_a_larger_fraction_keeps_what_a_smaller_one_took(texts, one, other):
    small, large = sorted([one, other])
    assert (carve_dev(texts, small) <= carve_dev(texts, large)).all()


def test_the_share_of_dev_is_the_fraction_also_where_clusters_are_large():
    lonely = [f"company{i:05}" for i in range(3000)]
    family = [f"company{i:05}" + "!" * n for i in range(3000, 4000) for n in range(3)]
    in_dev = carve_dev([*lonely, *family], 0.2)
    # Binomial standard errors are 0.007 and 0.013.
    assert in_dev[: len(lonely)].mean() == pytest.approx(0.2, abs=0.03)
    assert in_dev[len(lonely) :].mean() == pytest.approx(0.2, abs=0.05)


def test_nothing_goes_to_dev_at_0_and_everything_at_1():
    assert not carve_dev(SUBJECTS, 0).any()
    assert carve_dev(SUBJECTS, 1).all()


@pytest.mark.parametrize("fraction", [-0.1, 1.1])
def test_a_fraction_that_makes_no_sense_is_refused(fraction):
    with pytest.raises(ValueError, match="shares"):
        carve_dev(SUBJECTS, fraction)


@given(TEXTS)
def test_no_row_is_in_two_parts_and_no_near_twin_pair_in_two(texts):
    parts = carve(texts, SHARES)
    where = np.sum([*parts.values()], axis=0)
    assert (where <= 1).all()
    found = find_twins(texts, texts)
    for rows in parts.values():
        assert (rows[found.left] == rows[found.right]).all()


@given(TEXTS)
def test_parts_that_are_carved_later_move_no_row_of_those_before(texts):
    alone, beside = carve_dev(texts, 0.2), carve(texts, SHARES)
    assert alone.tolist() == beside["dev"].tolist()
    fewer = carve(texts, {"dev": 0.2, "labels": 0.1})
    assert fewer["labels"].tolist() == beside["labels"].tolist()


@given(TEXTS, st.data())
def test_held_rows_and_their_twins_go_to_no_part_but_dev(texts, data):
    held = np.array(data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))))
    free, kept = carve(texts, SHARES), carve(texts, SHARES, held=held)
    together = clusters(texts)
    stays = np.isin(together, together[held])
    assert kept["dev"].tolist() == free["dev"].tolist()
    for part in ("labels", "unlabelled", "test"):
        assert kept[part].tolist() == (free[part] & ~stays).tolist()


def test_each_part_has_its_share():
    texts = [f"company{i:05}" for i in range(4000)]
    parts = carve(texts, SHARES)
    for part, share in SHARES.items():
        assert parts[part].mean() == pytest.approx(share, abs=0.03)  # standard errors below 0.008


def test_shares_of_more_than_all_are_refused():
    with pytest.raises(ValueError, match="at most 1 in all"):
        carve(SUBJECTS, {"dev": 0.6, "labels": 0.6})


def test_shares_that_make_up_all_leave_nothing():
    parts = carve(SUBJECTS, {"dev": 0.3, "labels": 0.6, "test": 0.1})
    assert np.sum([*parts.values()], axis=0).tolist() == [1] * len(SUBJECTS)
