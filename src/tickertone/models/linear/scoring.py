"""Logits of a linear model: scikit-learn's decision function, rebuilt from arrays and JSON."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from tickertone.catalog.forms.linear import LinearForm, TfidfSpec
from tickertone.models.linear.features import TfidfFeatures
from tickertone.models.linear.regression import LinearLayer
from tickertone.models.protocol import Embed, Matrix, Text


@runtime_checkable
class _Keeping(Protocol):
    """An embed that keeps what it makes."""

    def made(self) -> int:
        """How many embeddings were made, and not found, since this was asked last."""
        ...


class LinearScorer:
    """Features, then one linear layer."""

    def __init__(self, features: Callable[[Sequence[Text]], Any], layer: LinearLayer) -> None:
        self.features = features
        self.layer = layer

    def logits(self, texts: Sequence[Text]) -> Matrix:
        """One row per text, columns in the order of the task's labels."""
        if not texts:
            return np.zeros((0, len(self.layer.intercepts)), dtype=np.float32)
        return self.layer.logits(self.features(texts))

    def counted(self) -> dict[str, int]:
        """Texts embedded since this was asked last: others have cost next to nothing."""
        kept = self.features
        return {"texts_embedded": kept.made()} if isinstance(kept, _Keeping) else {}


def load(
    folder: Path,
    form: object,
    labels: tuple[str, ...],  # noqa: ARG001 (part of the protocol)
    *,
    project: Path,  # noqa: ARG001
    embed: Embed | None,
) -> LinearScorer:
    """The scorer of the model that `fitting.fit` wrote into `folder`."""
    features = LinearForm.model_validate(form).features
    layer, arrays = LinearLayer.load(folder)
    if isinstance(features, TfidfSpec):
        return LinearScorer(TfidfFeatures.load(features, folder, arrays).matrix, layer)
    if embed is None:
        raise ValueError("a recipe on embeddings needs an embed callable")
    return LinearScorer(embed, layer)
