"""What every score of transfer asks of its input: some texts, one label each, finite numbers."""

import numpy as np
import numpy.typing as npt

from tickertone.errors import DataError
from tickertone.metrics.classification import Floats, Labels


def check_scorable(
    score: str, of_texts: npt.NDArray[np.float64 | np.int64], labels: Labels
) -> None:
    """Raise DataError unless `of_texts`, shape (text, ...), and `labels`, shape (text,), match.

    There must be at least one text, and every number must be finite.
    """
    if not len(labels):
        raise DataError(score, found="no labelled text", expected="at least one")
    if labels.ndim != 1 or len(of_texts) != len(labels):
        raise DataError(
            score,
            found=f"outputs of shape {of_texts.shape} and labels of shape {labels.shape}",
            expected="one row of outputs and one label for each text",
        )
    if not np.isfinite(of_texts).all():
        raise DataError(
            score,
            found="outputs that are infinite or no number",
            expected="finite outputs",
            remedy="leave out the columns of labels that the model does not know",
        )


def one_hot(labels: Labels) -> Floats:
    """A column of 0 and 1 for each label that occurs, ascending, shape (text, label)."""
    present, position = np.unique(labels, return_inverse=True)
    return np.eye(len(present))[position]
