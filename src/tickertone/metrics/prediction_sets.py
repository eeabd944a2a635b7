"""Conformal prediction sets: labels that hold the true one with a stated probability, from few.

CV+ (Romano, Sesia and Candes 2020, section 2.3; Barber et al. 2021): the labelled texts both fit
the combiner and calibrate the sets, in folds; each is judged by the fit that did not see it.
Coverage is at least 1 - 2 alpha less a term that vanishes with one fold per text; in practice it is
near 1 - alpha. It holds on average over draws of labelled and test texts, if these are
exchangeable; not for each text, and not once the sets were looked at to choose alpha.

**Labelled texts drawn evenly per label are not exchangeable with test texts of another mix of
labels.** So each label is calibrated on its own texts (class-conditional: Angelopoulos and Bates
2021, section 4.2): coverage then holds for every label, and so for every mix of them, but each
label needs as many texts as all together would. A label with fewer than 1 / alpha - 1 is in every
set; `Sets.all_labels` says for which labels that is so.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tickertone.errors import ConfigError, DataError
from tickertone.metrics.classification import Floats, Labels

Bools = npt.NDArray[np.bool_]

_ROUNDING = 1e-9  # (n + 1)(1 - alpha) is whole more often than floats say


@dataclass(frozen=True, eq=False)
class Sets:
    """Sets of labels, and what is promised of them.

    `holds`, shape (text, label): is the label in the text's set? A set may be empty.
    `guarantee`: the least probability, over draws, that a set holds the true label.
    `all_labels`, shape (label,): True where too few texts calibrate a label, which is then in
    every set.
    """

    holds: Bools
    guarantee: float
    all_labels: Bools


def coverage(sets: Bools, labels: Labels) -> float:
    """Share of texts whose set, shape (text, label), holds the true label."""
    return float(sets[np.arange(len(labels)), labels].mean())


def mean_set_size(sets: Bools) -> float:
    """Mean number of labels in a set, shape (text, label)."""
    return float(sets.sum(axis=1).mean())


def cv_plus(
    out_of_fold: Floats,
    labels: Labels,
    folds: Labels,
    probabilities: Floats,
    *,
    alpha: float,
) -> Sets:
    """Prediction sets from labelled texts that also fit the combiner, one fit for each fold.

    `out_of_fold`, shape (row, label): each labelled row by the fit without its fold; `labels` and
    `folds`, shape (row,): true labels, and folds 0, 1, ... `probabilities`, shape (fold, text,
    label): the texts that get a set, by each of those fits, not by the fit on all rows. As many
    folds as rows is the jackknife+.

    A label's score is 1 - p: least ambiguous sets, the smallest on average (Sadinle, Lei and
    Wasserman 2019); hard texts may get an empty one. The label is in the set if fewer than (n
    + 1)(1 - alpha) of its n labelled rows have a smaller score than it has by the same fit. The
    guarantee is the least `cv_plus_guarantee` of the labels, for as many rows of each label in each
    fold.

    Raises ConfigError for alpha outside ]0, 1[, DataError for shapes that do not match and for
    folds that are not 0 to one less than their number.
    """
    _check(out_of_fold, labels, probabilities.shape[1:], alpha)
    count = len(probabilities)
    if folds.shape != labels.shape or not np.array_equal(np.unique(folds), np.arange(count)):
        raise DataError(
            "cv_plus",
            found=f"folds {sorted(set(folds.tolist()))} of {folds.size} rows",
            expected=f"each of 0 to {count - 1} for {len(labels)} rows",
        )
    of_true = 1 - out_of_fold[np.arange(len(labels)), labels]
    of_texts = 1 - probabilities
    smaller = np.stack(
        [
            sum(
                np.searchsorted(np.sort(of_true[own & (folds == fold)]), of_texts[fold, :, label])
                for fold in range(count)
            )
            for label, own in enumerate(labels == np.arange(out_of_fold.shape[1])[:, None])
        ],
        axis=1,
    )
    sizes = np.bincount(labels, minlength=out_of_fold.shape[1]).tolist()
    needed = np.array([_rank(size, alpha) for size in sizes])
    return Sets(
        holds=smaller < needed,
        guarantee=min(cv_plus_guarantee(size, count, alpha) for size in sizes),
        all_labels=needed > np.array(sizes),
    )


def cv_plus_guarantee(rows: int, folds: int, alpha: float) -> float:
    """The least coverage of CV+ with folds of equal size (Barber et al. 2021, theorem 4).

    1 - 2 alpha - min(2 (1 - 1/folds) / (rows/folds + 1), (1 - folds/rows) / (folds + 1)), not below
    0: 1 - 2 alpha with one row a fold. `rows` are those that calibrate a label. 1 if so few that
    the sets hold all labels.
    """
    if _rank(rows, alpha) > rows:
        return 1.0
    used = min(folds, rows)
    by_size = 2 * (1 - 1 / used) / (rows / used + 1)
    by_number = (1 - used / rows) / (used + 1)
    return max(0.0, 1 - 2 * alpha - min(by_size, by_number))


def _rank(rows: int, alpha: float) -> int:
    """ceil((n + 1)(1 - alpha)): which calibration score is the threshold, counted from 1."""
    return math.ceil((rows + 1) * (1 - alpha) - _ROUNDING)


def _check(known: Floats, labels: Labels, shape: tuple[int, ...], alpha: float) -> None:
    if not 0 < alpha < 1:
        raise ConfigError(
            "prediction sets", found=f"alpha {alpha}", expected="more than 0 and less than 1"
        )
    if known.ndim != 2 or len(known) != len(labels) or (known.shape[1],) != shape[-1:]:
        raise DataError(
            "prediction sets",
            found=f"probabilities of shape {known.shape} for {len(labels)} labels and {shape}",
            expected="one row for each label, and as many columns as the texts have",
        )
