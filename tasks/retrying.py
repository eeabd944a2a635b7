"""Whether a failed step is worth trying again with nothing changed."""

from typing import Any

from prefect import Task
from prefect.client.schemas.objects import State, TaskRun

from tickertone.errors import TickertoneError

# Of all OSErrors, those that pass: a full disk or a missing file does not cure itself.
PASSING = (ConnectionError, TimeoutError, InterruptedError, BlockingIOError)


def retry_may_help(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Only errors that say so of themselves, and connections that broke.

    Stays a plain function: with any other callable Prefect silently does not retry.
    """
    error = state.data
    if isinstance(error, TickertoneError):
        return error.retryable
    return isinstance(error, PASSING)
