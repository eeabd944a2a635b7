"""How many threads torch should use here and now: measured, not assumed.

On a shared machine a second thread can make a small network a hundred times slower, because
threads wait for each other. The variable TICKERTONE_THREADS overrides the probe.
"""

import os
import time
from functools import cache

from tickertone.models.data_parallel import whole_number

VARIABLE = "TICKERTONE_THREADS"
_WORTH_IT = 0.9  # more threads must take at most this share of the time of fewer
_ROUNDS = 5
_ROWS, _WIDTH = 1024, 384  # a batch of 32 texts of 32 tokens, in MiniLM's width


def threads_asked_for() -> int | None:
    """The number in TICKERTONE_THREADS, or None. Raises ConfigError for anything but 1, 2, ..."""
    return whole_number(VARIABLE)


def cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choose_threads(at_most: int | None = None) -> int:
    """The fastest of 1, 2, 4, ... cores, fewer unless more is clearly faster.

    Probed once a process, in about a second, unless there is no choice. Leaves torch set to the
    number returned.
    """
    import torch

    chosen = threads_asked_for() or _probed(min(at_most or cores(), cores()))
    torch.set_num_threads(chosen)
    return chosen


@cache
def _probed(at_most: int) -> int:
    candidates = _candidates(at_most)
    if not candidates:
        return 1
    chosen, best = 1, _seconds_with(1)
    for threads in candidates:
        seconds = _seconds_with(threads)
        if seconds < best * _WORTH_IT:
            chosen, best = threads, seconds
    return chosen


def _candidates(at_most: int) -> list[int]:
    """What there is to choose from beside 1."""
    doubling = [2**i for i in range(1, 7) if 2**i <= at_most]
    return doubling if not doubling or doubling[-1] == at_most else [*doubling, at_most]


def _seconds_with(threads: int) -> float:
    """The median time of a feed-forward layer, forward and backward."""
    import torch

    torch.set_num_threads(threads)
    layer = torch.nn.Sequential(
        torch.nn.Linear(_WIDTH, 4 * _WIDTH), torch.nn.GELU(), torch.nn.Linear(4 * _WIDTH, _WIDTH)
    )
    rows = torch.ones(_ROWS, _WIDTH)
    times = []
    for _ in range(_ROUNDS + 1):
        began = time.perf_counter()
        layer(rows).sum().backward()
        times.append(time.perf_counter() - began)
    return sorted(times[1:])[_ROUNDS // 2]  # the first round also warms up
