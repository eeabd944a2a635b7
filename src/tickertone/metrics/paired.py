"""Is one system better than another, on the same texts?"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EXACT_BELOW = 25  # discordant pairs; with that many or more the normal approximation serves


def mcnemar(right_a: Bools, right_b: Bools) -> float:
    """Two-sided p of McNemar's test that two systems are right equally often.

    With fewer than 25 texts on which just one is right: the exact binomial test. Otherwise
    chi-square with Edwards' continuity correction (Edwards 1948). 1 if there is no such text.
    """
    a_alone = int((right_a & ~right_b).sum())
    b_alone = int((right_b & ~right_a).sum())
    discordant = a_alone + b_alone
    if discordant == 0:
        return 1.0
    from scipy import stats

    if discordant < EXACT_BELOW:
        return float(stats.binomtest(a_alone, discordant, 0.5).pvalue)
    statistic = max(abs(a_alone - b_alone) - 1, 0) ** 2 / discordant
    return float(stats.chi2.sf(statistic, df=1))


def bootstrap_p(differences: Floats) -> float:
    """Two-sided p that a difference is 0, from its bootstrap draws, shape (draw,).

    Twice the smaller share of draws on one side of 0 (those at 0 count on both), the estimate
    itself counted as one draw on each (Davison and Hinkley 1997, section 4.4.1): never 0.
    """
    above = (1 + int((differences >= 0).sum())) / (1 + len(differences))
    below = (1 + int((differences <= 0).sum())) / (1 + len(differences))
    return min(1.0, 2 * min(above, below))


def holm(p_values: Sequence[float]) -> list[float]:
    """P values adjusted so that all tests together err with the stated probability (Holm 1979).

    In the order given; as in R's p.adjust(method = "holm").
    """
    order = np.argsort(np.array(p_values), kind="stable")
    adjusted = [math.nan] * len(p_values)
    highest = 0.0
    for rank, position in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[position]))
        adjusted[position] = highest
    return adjusted
