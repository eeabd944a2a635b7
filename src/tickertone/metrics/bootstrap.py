"""The percentile bootstrap over texts (Efron and Tibshirani 1993, section 13.3).

Resampling n texts with replacement is giving them multinomial counts, so the sums of all statistics
over all resamples are one matrix product. Callers put the statistics of all systems side by side:
each then meets the same resamples, and differences between systems are paired.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
_BLOCK = 4_000_000  # counts held in memory at once


def resampled_sums(statistics: Floats, draws: int, seed: int) -> Floats:
    """Sums of `statistics`, shape (text, statistic), over resamples: shape (draw, statistic).

    A function of its arguments alone: equal seed, equal resamples.
    """
    texts = len(statistics)
    generator = np.random.default_rng(seed)
    block = max(1, _BLOCK // texts)
    sums = [
        resample_counts(texts, min(block, draws - start), generator) @ statistics
        for start in range(0, draws, block)
    ]
    return np.concatenate(sums)


def resample_counts(texts: int, draws: int, generator: np.random.Generator) -> Floats:
    """How often each text is drawn in each resample of as many, shape (draw, text)."""
    drawn = generator.integers(texts, size=(draws, texts))
    drawn += texts * np.arange(draws)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=draws * texts)
    return counts.reshape(draws, texts).astype(np.float64)


def percentile_interval(values: Floats) -> tuple[Floats, Floats]:
    """The bounds that hold the middle LEVEL of `values`, shape (draw, ...) -> two of (...)."""
    outside = (1 - LEVEL) / 2
    low, high = np.quantile(values, [outside, 1 - outside], axis=0)
    return low, high
