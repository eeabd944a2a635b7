"""Log loss and accuracy of logits on dev, as recorded with a fitted model."""

import numpy as np
import numpy.typing as npt


def log_loss_and_accuracy(
    logits: npt.NDArray[np.floating], labels: npt.NDArray[np.int64]
) -> tuple[float, float]:
    """Mean negative log-likelihood in nats of softmax(logits), and share of rows right.

    logits: (n, classes); labels: (n,) indices.
    """
    wide = logits.astype(np.float64)
    shifted = wide - wide.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[np.arange(len(labels)), labels].mean()
    return float(loss), float((wide.argmax(axis=1) == labels).mean())
