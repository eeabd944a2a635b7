"""Ask the Hugging Face Hub, and ask again when only the moment was wrong.

The library repeats a look-up that fails; a transfer that breaks off it does not, so this module
does, with exponential waits and jitter, so that many workers do not come back at the same moment.
"""

import errno
import random
import time
from collections.abc import Callable
from typing import TypeVar

from tickertone.errors import SourceUnavailable, TickertoneError

Answer = TypeVar("Answer")
ATTEMPTS = 4
FIRST_WAIT_SECONDS = 1.0
_OUR_OWN = {errno.EACCES, errno.ENOSPC, errno.EROFS}  # no answer of the Hub's: the disk's
_PASSING = {408, 425, 429}  # and every 5xx: the request was fine, the moment was not


def answer(
    ask: Callable[[], Answer],
    refusal: Callable[[BaseException], TickertoneError],
    *,
    place: str,
    remedy: str,
    wait: Callable[[float], None] = time.sleep,
) -> Answer:
    """What `ask`, a call to huggingface_hub, returns.

    Raises SourceUnavailable with `remedy` if the Hub does not answer, and the error that `refusal`
    makes if it refuses (any other status), or is not to be asked because HF_HUB_OFFLINE is set.
    """
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
    from huggingface_hub.errors import HTTPError as TransportError  # type: ignore[attr-defined]

    for attempt in range(1, ATTEMPTS + 1):
        try:
            return ask()
        except (OSError, TransportError) as error:
            cause = _cause(error)
            ours = isinstance(cause, OSError) and cause.errno in _OUR_OWN
            if ours or isinstance(cause, OfflineModeIsEnabled):
                raise refusal(cause) from error
            if isinstance(cause, HfHubHTTPError):
                status = cause.response.status_code
                if status < 500 and status not in _PASSING:
                    raise refusal(cause) from error
                why = f"status {status}"
            else:
                why = f"{type(cause).__name__}: {cause}".splitlines()[0]
            looked_up = cause is not error  # a look-up, which the library has repeated
            if looked_up or attempt == ATTEMPTS:
                raise SourceUnavailable(
                    place,
                    found=f"the Hub did not answer ({why}; tries: {attempt})",
                    expected="the files",
                    remedy=f"try again later, or {remedy}",
                ) from error
        wait(FIRST_WAIT_SECONDS * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311
    raise AssertionError("unreachable: the last attempt returns or raises")


def _cause(error: Exception) -> BaseException:
    """What kept the library from the Hub, where it then found nothing in its cache either."""
    return (error.__cause__ or error) if isinstance(error, FileNotFoundError) else error
