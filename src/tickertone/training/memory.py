"""Which errors mean that memory ran out, on a GPU or beside it. Imports no torch."""

_SAYINGS = (
    "out of memory",  # CUDA, ROCm
    "CUBLAS_STATUS_ALLOC_FAILED",
    "can't allocate memory",  # torch's allocator on a CPU
    "not enough memory",  # the same, elsewhere than on Linux
)


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether fewer rows at a time might do."""
    if isinstance(error, MemoryError):
        return True
    said = str(error)
    return isinstance(error, RuntimeError) and any(saying in said for saying in _SAYINGS)
