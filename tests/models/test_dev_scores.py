import numpy as np
import pytest

from tickertone.models.dev_scores import log_loss_and_accuracy


def test_log_loss_and_accuracy_match_a_calculation_by_hand() -> None:
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.25, 0.25, 0.5]]))
    loss, accuracy = log_loss_and_accuracy(logits, np.array([0, 1]))
    assert loss == pytest.approx(-(np.log(0.7) + np.log(0.25)) / 2)
    assert accuracy == 0.5


def test_large_logits_do_not_overflow() -> None:
    loss, _ = log_loss_and_accuracy(np.array([[1e4, -1e4]], dtype=np.float32), np.array([0]))
    assert loss == 0.0
