"""One thread: on a busy machine a second one makes a tiny network hundreds of times slower."""

from pathlib import Path

import pytest

from tests.models.tiny import tiny_base
from tickertone.catalog.bases import BaseSpec


@pytest.fixture
def one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseSpec:
    import torch

    torch.set_num_threads(1)
    folder: Path = tmp_path_factory.mktemp("base")
    return tiny_base(folder)


@pytest.fixture(scope="session")
def still_base(tmp_path_factory: pytest.TempPathFactory) -> BaseSpec:
    """Without dropout, which is drawn for the rows that go through the network together."""
    folder: Path = tmp_path_factory.mktemp("still")
    return tiny_base(folder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
