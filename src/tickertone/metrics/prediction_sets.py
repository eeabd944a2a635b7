"""Conformal prediction sets: labels that hold the true one with a stated probability, from few.

Two ways to calibrate them (Angelopoulos and Bates 2021, sections 1 and 4):

* `split_conformal`: labelled texts that the combiner was not fitted on set a threshold. Coverage is
  at least 1 - alpha.
* `cv_plus`: the labelled texts also fit the combiner, in folds; each is judged by the combiner that
  did not see it (Romano, Sesia and Candes 2020, section 2.3; Barber et al. 2021). Coverage is at
  least 1 - 2 alpha less a term that vanishes with one fold per text; in practice near 1 - alpha.

Both hold on average over draws of labelled and test texts, if these are exchangeable; not for each
text, and not once the sets were looked at to choose alpha. **Labelled texts drawn evenly per label
are not exchangeable with test texts of another mix of labels.** `per_label=True` calibrates each
label on its own texts (section 4.2, class-conditional): coverage then holds for every label, and so
for every mix of them, but each label needs as many texts as all together do otherwise.

With fewer than 1 / alpha - 1 texts to calibrate on, the sets hold all labels; `Sets.all_labels`
says for which labels that is so.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from tickertone.errors import ConfigError, DataError
from tickertone.metrics.classification import Floats, Labels

Bools = npt.NDArray[np.bool_]
Score = Literal["lac", "aps"]

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


def lac_scores(probabilities: Floats) -> Floats:
    """1 - p of each label, shape (..., label): least ambiguous sets, the smallest on average.

    Sadinle, Lei and Wasserman 2019. Hard texts may get an empty set.
    """
    return np.asarray(1 - probabilities)


def aps_scores(probabilities: Floats) -> Floats:
    """Probability of the label and of all likelier ones, shape (..., label): adaptive sets.

    Romano, Sesia and Candes 2020, without their randomisation: repeatable, and wider than needed.
    Of equal probabilities the first label counts as the likelier.
    """
    order = np.argsort(-probabilities, axis=-1, kind="stable")
    sums = np.cumsum(np.take_along_axis(probabilities, order, axis=-1), axis=-1)
    scores = np.empty_like(sums)
    np.put_along_axis(scores, order, sums, axis=-1)
    return scores


_SCORES: dict[Score, Callable[[Floats], Floats]] = {"lac": lac_scores, "aps": aps_scores}


def split_conformal(
    held_out: Floats,
    labels: Labels,
    probabilities: Floats,
    *,
    alpha: float,
    score: Score,
    per_label: bool,
) -> Sets:
    """Prediction sets whose coverage is at least 1 - `alpha`.

    `held_out`, shape (row, label), and `labels`, shape (row,): probabilities of texts that nothing
    was fitted on, and their true labels. `probabilities`, shape (text, label): of the texts that
    get a set. Out-of-fold probabilities in place of held-out ones void the guarantee: see
    `cv_plus`.

    A label is in the set if its score is at most the ceil((n + 1)(1 - alpha))-th smallest of the n
    calibration scores. Raises ConfigError for alpha outside ]0, 1[, DataError for shapes that do
    not match.
    """
    _check(held_out, labels, probabilities.shape, alpha)
    of_true = _SCORES[score](held_out)[np.arange(len(labels)), labels]
    thresholds = np.array(
        [_threshold(of_true[rows], alpha) for rows in _calibrating(labels, held_out, per_label)]
    )
    return Sets(_SCORES[score](probabilities) <= thresholds, 1 - alpha, np.isinf(thresholds))


def cv_plus(
    out_of_fold: Floats,
    labels: Labels,
    folds: Labels,
    probabilities: Floats,
    *,
    alpha: float,
    score: Score,
    per_label: bool,
) -> Sets:
    """Prediction sets from labelled texts that also fit the combiner, one fit for each fold.

    `out_of_fold`, shape (row, label): each labelled row by the fit without its fold; `labels` and
    `folds`, shape (row,): true labels, and folds 0, 1, ... `probabilities`, shape (fold, text,
    label): the texts that get a set, by each of those fits, not by the fit on all rows. As many
    folds as rows is the jackknife+.

    A label is in the set if fewer than (n + 1)(1 - alpha) labelled rows have a smaller score than
    it has by the same fit. The guarantee is `cv_plus_guarantee`; it supposes folds of equal size,
    and with `per_label` as many rows of each label in each. Raises as `split_conformal` does,
    and DataError for folds that are not 0 to one less than their number.
    """
    _check(out_of_fold, labels, probabilities.shape[1:], alpha)
    if folds.shape != labels.shape or not np.array_equal(
        np.unique(folds), np.arange(len(probabilities))
    ):
        raise DataError(
            "cv_plus",
            found=f"folds {sorted(set(folds.tolist()))} of {folds.size} rows",
            expected=f"each of 0 to {len(probabilities) - 1} for {len(labels)} rows",
        )
    of_true = _SCORES[score](out_of_fold)[np.arange(len(labels)), labels]
    of_texts = _SCORES[score](probabilities)
    calibrating = _calibrating(labels, out_of_fold, per_label)
    smaller = np.stack(
        [
            sum(
                np.searchsorted(np.sort(of_true[rows & (folds == fold)]), of_texts[fold, :, label])
                for fold in range(len(probabilities))
            )
            for label, rows in enumerate(calibrating)
        ],
        axis=1,
    )
    sizes = [int(rows.sum()) for rows in calibrating]
    needed = np.array([_rank(size, alpha) for size in sizes])
    return Sets(
        holds=smaller < needed,
        guarantee=min(cv_plus_guarantee(size, len(probabilities), alpha) for size in sizes),
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


def _threshold(scores: Floats, alpha: float) -> float:
    """The finite-sample quantile of calibration scores; infinite where they are too few."""
    rank = _rank(len(scores), alpha)
    return math.inf if rank > len(scores) else float(np.sort(scores)[rank - 1])


def _calibrating(labels: Labels, known: Floats, per_label: bool) -> list[Bools]:
    """For each label, which rows, shape (row,), calibrate it."""
    width = known.shape[1]
    if per_label:
        return [labels == label for label in range(width)]
    return [np.ones(len(labels), dtype=bool)] * width


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
