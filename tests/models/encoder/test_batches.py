from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tickertone.models.encoder.batches import LengthSampler, batches_of_similar_length

LENGTHS = st.lists(st.integers(1, 60), min_size=1, max_size=200)


@given(LENGTHS, st.integers(1, 9), st.integers(0, 3), st.integers(0, 3))
def test_every_row_is_in_exactly_one_batch_and_only_the_last_is_short(
    lengths: list[int], size: int, seed: int, epoch: int
) -> None:
    batches = batches_of_similar_length(lengths, size, seed, epoch)
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    assert all(len(batch) == size for batch in batches[:-1])


def test_batches_of_one_pool_do_not_overlap_in_length() -> None:
    lengths = [i % 40 for i in range(320)]
    batches = batches_of_similar_length(lengths, 8, seed=0, epoch=0)
    spans = sorted((min(lengths[i] for i in b), max(lengths[i] for i in b)) for b in batches)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    lengths = list(range(100))
    first = batches_of_similar_length(lengths, 8, seed=1, epoch=0)
    assert first == batches_of_similar_length(lengths, 8, seed=1, epoch=0)
    assert first != batches_of_similar_length(lengths, 8, seed=1, epoch=1)
    assert first != batches_of_similar_length(lengths, 8, seed=2, epoch=0)


def test_the_sampler_gives_the_epoch_that_the_step_belongs_to() -> None:
    lengths = list(range(20))
    wanted = [i for b in batches_of_similar_length(lengths, 8, seed=1, epoch=2) for i in b]
    for step in (6, 8):  # 3 steps an epoch: the first and the last of epoch 2
        assert list(LengthSampler(lengths, 8, 1, lambda step=step: step)) == wanted
