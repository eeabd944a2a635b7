"""LogME, the log of the maximum evidence (You et al. 2021, ICML, sections 4.1 and 4.2).

For every label, its 0/1 indicator y is modelled as linear in the features F: y = F w + noise, with
w ~ N(0, 1/alpha) and noise ~ N(0, 1/beta). The evidence p(y | F, alpha, beta) is maximised over
alpha and beta by MacKay's fixed-point iteration (algorithm 1), in the basis of the singular
vectors of F, where one iteration costs as much as F has rank. As in the paper there is no
intercept: whoever wants one adds a column of ones.

Two things are added so that there is always an answer: the iteration starts at the best point of a
coarse grid over alpha / beta, since the evidence may have more than one maximum or have it at
infinity; and the noise variance is at least 1e-6, since labels that the features explain without
error have unbounded evidence.
"""

from dataclasses import dataclass

import numpy as np

from tickertone.errors import DataError
from tickertone.metrics.classification import Floats, Labels
from tickertone.metrics.transfer.scorable import check_scorable, one_hot

LEAST_NOISE = 1e-6  # variance of a 0/1 label; LogME is therefore at most 5.99
_GRID = np.logspace(-10, 12, 45)  # of alpha / beta, for features of largest singular value 1
_ITERATIONS = 200
_CONVERGED = 1e-6  # relative change of alpha / beta; the evidence is flat there


def logme(features: Floats, labels: Labels) -> float:
    """The maximum log evidence per text in nats, the mean over the labels that occur.

    `features`, shape (text, feature), of the source model; there may be more features than texts,
    and constant or repeated ones. `labels`, shape (text,), any integers.

    Raises DataError for no text, lengths that differ, and features that are not finite.
    """
    check_scorable("logme", features, labels)
    if features.ndim != 2:
        raise DataError(
            "logme", found=f"features of shape {features.shape}", expected="rows of features"
        )
    left, singular, _ = np.linalg.svd(features, full_matrices=False)
    largest = singular.max(initial=0)
    kept = singular > largest * max(features.shape) * np.finfo(np.float64).eps
    # The scale of the features changes alpha alone, not the evidence at its maximum.
    basis, squares = left[:, kept], (singular[kept] / largest) ** 2
    evidence = [
        _maximum_evidence(_in_basis(basis, squares, indicator)) for indicator in one_hot(labels).T
    ]
    return float(np.mean(evidence) / len(labels))


@dataclass(frozen=True, eq=False)
class _Regression:
    """One label's regression in the basis of the singular vectors.

    `squares`: squared singular values; `along`: squared coordinates of the indicator along the
    singular vectors, both of shape (rank,); `across`: its squared distance to their span.
    """

    squares: Floats
    along: Floats
    across: float
    texts: int


def _in_basis(basis: Floats, squares: Floats, indicator: Floats) -> _Regression:
    along = basis.T @ indicator
    rest = indicator - basis @ along
    return _Regression(squares, along**2, float(rest @ rest), len(indicator))


def _maximum_evidence(regression: _Regression) -> float:
    """The log evidence at its maximum over alpha and beta."""
    if not len(regression.squares):  # all features are 0: noise alone
        return float(_log_evidence(regression, np.array([1.0]))[0])
    on_grid = _log_evidence(regression, _GRID)
    ratio, highest = _GRID[on_grid.argmax()], on_grid.max()
    for _ in range(_ITERATIONS):
        following = min(max(_next_ratio(regression, ratio), _GRID[0]), _GRID[-1])
        highest = max(highest, _log_evidence(regression, np.array([following]))[0])
        if abs(following - ratio) <= _CONVERGED * ratio:
            break
        ratio = following
    return float(highest)


def _next_ratio(regression: _Regression, ratio: float) -> float:
    """One fixed-point step for alpha / beta: equations 4 of the paper, beta bounded."""
    squares, along = regression.squares, regression.along
    effective = (squares / (squares + ratio)).sum()  # gamma, the parameters that the data settle
    weights = (squares * along / (squares + ratio) ** 2).sum()  # squared length of the mean of w
    residual = (along * (ratio / (squares + ratio)) ** 2).sum() + regression.across
    if weights == 0:  # the features say nothing of the label: alpha grows without bound
        return float("inf")
    most = 1 / LEAST_NOISE
    freedom = regression.texts - effective
    beta = most if freedom >= most * residual else freedom / residual
    return float(effective / weights / beta)


def _log_evidence(regression: _Regression, ratios: Floats) -> Floats:
    """The log evidence at alpha = ratio * beta and the best beta for it, shape (ratio,).

    The indicator is N(0, (1 + F F' / ratio) / beta), whose best beta is known in closed form.
    """
    shrunk = ratios[:, None] / (regression.squares + ratios[:, None])
    distance = shrunk @ regression.along + regression.across
    noise = np.maximum(distance / regression.texts, LEAST_NOISE)  # 1 / beta
    log_determinant = -np.log(shrunk).sum(axis=1)
    return np.asarray(
        -(regression.texts * np.log(2 * np.pi * noise) + distance / noise + log_determinant) / 2
    )
