"""Which labelled examples stand in a prompt, and in what order. Pure functions of their arguments.

Balanced random draws: labels take turns in an order that the seed decides, so that their numbers
differ by at most one, and so do those of any first part. Order in the prompt: as drawn.
Nearest neighbours: the most similar example stands last, next to the question. Likeness counts in
steps of 1e-4, well above the rounding of float32: texts that are equally alike to a network stay so
whatever batches they were embedded in, and then the order of the pool decides.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
_DECIMALS = 4  # of likeness


def balanced_draw(labels: Integers, classes: int, shots: int, seed: int) -> list[int]:
    """Row indices of `shots` examples: a label that has no row left is passed over.

    Fewer come back only if there are fewer rows. The first k of a draw are the draw of k.
    """
    draw = np.random.default_rng([seed, 0])
    turns = draw.permutation(classes)
    left = [list(draw.permutation(np.flatnonzero(labels == label))) for label in range(classes)]
    chosen: list[int] = []
    while len(chosen) < shots and any(left):
        for label in turns:
            if left[label] and len(chosen) < shots:
                chosen.append(int(left[label].pop(0)))
    return chosen


def nearest(
    query: Floats, pool: Floats, shots: int, excluded: Sequence[frozenset[int]]
) -> list[list[int]]:
    """For each row of `query` the rows of `pool` most like it, the most similar last.

    query: (n, width), pool: (m, width), both of unit length: likeness is their dot product. Among
    equals the first in the pool is the nearest. `excluded[i]` are the rows of the pool that query i
    must not see: the text itself and its near-twins.
    """
    chosen = []
    for row, hidden in zip(query, excluded, strict=True):
        likeness = np.round((pool @ row).astype(np.float64), _DECIMALS)
        likeness[list(hidden)] = -np.inf
        best = np.argsort(-likeness, kind="stable")[: min(shots, len(pool) - len(hidden))]
        chosen.append([int(i) for i in best[::-1]])
    return chosen
