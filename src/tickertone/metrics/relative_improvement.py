"""Relative improvement of an ensemble over single models, and of models over an ensemble.

arXiv 2406.13720 shows both without stating its formulas. These are ours, and say so wherever they
are printed (`STATED`).
"""

import numpy as np

from tickertone.metrics.classification import Floats

STATED = (
    "RI_single_best = (acc_ens - acc_best_single) / acc_best_single; "
    "RI_Ens(i) = (acc_i - acc_ens) / acc_ens for each model i "
    "(our formulas: the paper does not state its own)"
)


def ri_single_best(ensemble: Floats, members: Floats) -> Floats:
    """The ensemble against the best single member, shape (...): 0.05 is 5 % better.

    `ensemble`, shape (...), and `members`, shape (..., member): accuracies on the same texts. The
    best is the best on these texts, which nobody knows beforehand. NaN where its accuracy is 0.
    """
    return _relative(ensemble, members.max(axis=-1))


def ri_ensemble(ensemble: Floats, members: Floats) -> Floats:
    """Each member against the ensemble, shape (..., member): below 0 where the ensemble wins.

    `ensemble`, shape (...), and `members`, shape (..., member), as above. NaN where the ensemble's
    accuracy is 0.
    """
    return _relative(members, np.asarray(ensemble)[..., None])


def _relative(of: Floats, to: Floats) -> Floats:
    return np.asarray((of - to) / np.where(to == 0, np.nan, to))
