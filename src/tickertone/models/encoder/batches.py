"""Which rows make a batch: neighbours in length, in an order that the seed and the epoch decide.

The order is a pure function of (lengths, seed, epoch), so that a resumed epoch continues with
exactly the batches that are left.
"""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from torch.utils.data import Sampler

_BATCHES_PER_POOL = 50


def batches_of_similar_length(
    lengths: Sequence[int], batch_size: int, seed: int, epoch: int
) -> list[list[int]]:
    """Row indices in batches: a random pool of 50 batches is sorted by length, cut, shuffled.

    All batches are full except the last.
    """
    draw = np.random.default_rng([seed, epoch])
    shuffled = draw.permutation(len(lengths))
    full = len(shuffled) // batch_size * batch_size
    rest = shuffled[full:].tolist()
    batches = []
    pool_size = batch_size * _BATCHES_PER_POOL
    for start in range(0, full, pool_size):
        pool = shuffled[start : min(start + pool_size, full)].tolist()
        pool.sort(key=lambda row: lengths[row])
        batches += [pool[i : i + batch_size] for i in range(0, len(pool), batch_size)]
    ordered = [batches[i] for i in draw.permutation(len(batches))]
    return [*ordered, rest] if rest else ordered


class LengthSampler(Sampler[int]):
    """Feeds those batches to a DataLoader row by row; `step` tells how many steps are done."""

    def __init__(
        self, lengths: Sequence[int], batch_size: int, seed: int, step: Callable[[], int]
    ) -> None:
        self.lengths = lengths
        self.batch_size = batch_size
        self.seed = seed
        self.step = step

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        """The rows of the epoch to which the next step belongs."""
        epoch = self.step() // math.ceil(len(self) / self.batch_size)
        for batch in batches_of_similar_length(self.lengths, self.batch_size, self.seed, epoch):
            yield from batch
