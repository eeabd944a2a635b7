import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.identity.near_twins import clusters, find_twins
from tickertone.validation.carve import carve_dev

SUBJECTS = ["the bank", "the miner", "an airline", "the brewer", "a chip maker", "the insurer"]
VERBS = ["raises its forecast", "cuts jobs", "misses estimates", "wins an order", "buys a rival"]
TEXTS = st.lists(
    st.builds("{} {} {}".format, st.sampled_from(SUBJECTS), st.sampled_from(VERBS), st.just("now")),
    min_size=1,
    max_size=25,
)


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
    with pytest.raises(ValueError, match="fraction"):
        carve_dev(SUBJECTS, fraction)
