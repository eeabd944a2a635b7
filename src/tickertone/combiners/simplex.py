"""The distribution nearest to any numbers: Euclidean projection onto the simplex.

It keeps the order of the numbers, does not see what is added to all of them, and for two labels is
clipping to 0 and 1. Source: Duchi et al., "Efficient projections onto the l1-ball for learning in
high dimensions", ICML 2008, figure 1.
"""

import numpy as np

from tickertone.combiners.pool import Floats


def onto_simplex(scores: Floats) -> Floats:
    """The nearest rows of sum 1 and at least 0, along the last axis."""
    # Worked out from the highest down, so that a large number common to all leaves no rounding.
    fallen = scores - scores.max(axis=-1, keepdims=True)
    ranked = -np.sort(-fallen, axis=-1)
    excess = (np.cumsum(ranked, axis=-1) - 1) / np.arange(1, scores.shape[-1] + 1)
    kept = (ranked > excess).sum(axis=-1, keepdims=True) - 1
    level = np.take_along_axis(excess, kept, axis=-1)
    return np.asarray(np.maximum(fallen - level, 0.0))
