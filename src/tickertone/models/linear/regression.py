"""The linear layer of both kinds of linear model, and its file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tickertone.models.protocol import Matrix

_WEIGHTS = "model.safetensors"


@dataclass(frozen=True)
class LinearLayer:
    """coefficients: (labels, features); intercepts: (labels,); both float64."""

    coefficients: npt.NDArray[np.float64]
    intercepts: npt.NDArray[np.float64]

    @classmethod
    def of(cls, regression: Any) -> "LinearLayer":
        """The layer of a fitted scikit-learn LogisticRegression.

        With two classes scikit-learn has one row d; here it becomes -d/2 and d/2, whose softmax
        is the same distribution.
        """
        coefficients, intercepts = regression.coef_, regression.intercept_
        if len(coefficients) == 1:
            coefficients = np.vstack([-coefficients / 2, coefficients / 2])
            intercepts = np.concatenate([-intercepts / 2, intercepts / 2])
        return cls(coefficients, intercepts)

    def logits(self, features: Any) -> Matrix:
        """features: dense or sparse (n, features) -> float32 (n, labels)."""
        return np.asarray(features @ self.coefficients.T + self.intercepts, dtype=np.float32)

    def save(self, folder: Path, others: dict[str, npt.NDArray[np.float64]]) -> None:
        """Write the layer, and the arrays of its features, as safetensors."""
        from safetensors.numpy import save_file

        own = {"coefficients": self.coefficients, "intercepts": self.intercepts}
        arrays = {name: np.ascontiguousarray(array) for name, array in {**own, **others}.items()}
        save_file(arrays, folder / _WEIGHTS)

    @classmethod
    def load(cls, folder: Path) -> tuple["LinearLayer", dict[str, npt.NDArray[Any]]]:
        """The layer, and all arrays of its file."""
        from safetensors.numpy import load_file

        arrays = load_file(folder / _WEIGHTS)
        return cls(arrays["coefficients"], arrays["intercepts"]), arrays
