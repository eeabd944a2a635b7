"""Which errors mean that memory ran out, and where fewer rows may do. Imports no torch."""

from collections.abc import Iterator
from contextlib import contextmanager

_SAYINGS = (
    "out of memory",  # CUDA, ROCm
    "CUBLAS_STATUS_ALLOC_FAILED",
    "can't allocate memory",  # torch's allocator on a CPU
    "not enough memory",  # the same, elsewhere than on Linux
)


class TooManyRows(Exception):
    """Memory ran out in a training step; it may do for fewer rows at a time."""


@contextmanager
def step_of_rows() -> Iterator[None]:
    """Around what takes memory by the row, so that it is told from what never has room.

    Raises TooManyRows where memory runs out.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if ran_out_of_memory(error):
            raise TooManyRows(in_a_line(error)) from error
        raise


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether this is what torch, or Python, raises where there is no more."""
    if isinstance(error, MemoryError):
        return True
    said = str(error)
    return isinstance(error, RuntimeError) and any(saying in said for saying in _SAYINGS)


def in_a_line(error: BaseException) -> str:
    """Its first line; CUDA's words have many."""
    return str(error).strip().partition("\n")[0] or "no memory"
