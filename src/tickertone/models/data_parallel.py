"""How a batch is worked off here: by how many processes, and how many rows at a time.

The batch of a recipe is what one step of the optimizer sees. Micro-batches and processes are a
matter of the machine and part of no identity: whatever they are, a step follows the gradient of the
mean over the whole batch, and what differs is rounding and, in dropout, the draw.

Processes are known by torch's variables RANK and WORLD_SIZE, which training.launch sets. Each reads
every batch, so that all know how many rows it has, and trains on its own share of it.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from tickertone.errors import ConfigError

MICRO_BATCH = "TICKERTONE_MICRO_BATCH"


@dataclass(frozen=True)
class Part:
    """Rows of a batch that go through the network together."""

    rows: slice
    weight: float  # of their mean loss


def rank() -> int:
    """Which of the processes this is, from 0; the first alone writes, and speaks."""
    return int(os.environ.get("RANK", "0"))


def processes() -> int:
    """How many train this model together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def whole_number(variable: str) -> int | None:
    """What a variable says, None if nothing. Raises ConfigError for anything but 1, 2, ..."""
    value = os.environ.get(variable)
    if not value:
        return None
    if not value.isdecimal() or int(value) < 1:
        raise ConfigError(variable, found=repr(value), expected="a whole number from 1 up")
    return int(value)


def parts_of_batch(sizes: Sequence[float]) -> list[Part]:
    """This process's share of a batch, in micro-batches.

    `sizes` says how much each row counts in the batch's mean. The mean over processes of the
    weighted sum over parts is that mean. A process without a row computes one that counts nothing:
    the others wait for its gradients.
    """
    rows, total = len(sizes), sum(sizes)
    start, end = (rows * place // processes() for place in (rank(), rank() + 1))
    if start == end:
        return [Part(slice(0, 1), 0.0)]
    step = whole_number(MICRO_BATCH) or end - start
    cuts = [slice(at, min(at + step, end)) for at in range(start, end, step)]
    return [Part(cut, processes() * sum(sizes[cut]) / total) for cut in cuts]


def agreed(*values: float) -> list[float]:
    """The values of the first process, everywhere: clocks differ, and decisions must not."""
    if processes() == 1:
        return [*values]
    import torch
    from accelerate import PartialState
    from accelerate.utils import broadcast

    own = torch.tensor(values, dtype=torch.float64, device=PartialState().device)
    told: list[float] = broadcast(own).tolist()
    return told
