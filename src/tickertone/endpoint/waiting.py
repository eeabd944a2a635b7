"""How long a server asks us to wait, and how long we wait where it does not say.

Read from headers: Retry-After in seconds or as an HTTP date, retry-after-ms, and of the
x-ratelimit family what is used up (`remaining` at 0) until its `reset`.
"""

import math
import random
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_FIRST, _LONGEST = 1.0, 60.0  # seconds: the pause after the first failure, and after many
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def asked_to_wait(headers: Mapping[str, str], calendar: float) -> float | None:
    """Seconds that an answer's Retry-After asks for, at least 0; None if it says nothing.

    `headers`: names in any case if the mapping does not mind it, else in lower case. `calendar`:
    seconds since 1970, now.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after", "").strip()
    seconds = _number(said)
    if seconds is not None or not said:
        return seconds
    try:
        return max(parsedate_to_datetime(said).timestamp() - calendar, 0.0)
    except (ValueError, OverflowError):
        return None


def until_reset(headers: Mapping[str, str]) -> float:
    """Seconds until what is used up is given again; 0 if nothing is, or it is not said."""
    waits = [0.0]
    for what in ("requests", "tokens"):
        if headers.get(f"x-ratelimit-remaining-{what}", "").strip() == "0":
            waits.append(_duration(headers.get(f"x-ratelimit-reset-{what}", "")))
    return max(waits)


def backoff(attempt: int, chance: random.Random) -> float:
    """Seconds after the failed attempt number `attempt` (from 1): doubling, half of it by chance.

    The jitter keeps requests that failed together from coming back together.
    """
    whole = min(_FIRST * 2.0 ** (attempt - 1), _LONGEST)
    return whole / 2 + chance.uniform(0, whole / 2)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return max(value, 0.0) if math.isfinite(value) else None


def _duration(text: str) -> float:
    """ "6m0s", "120ms", or plain seconds."""
    plain = _number(text)
    if plain is not None:
        return plain
    return math.fsum(float(n) * _SECONDS[unit] for n, unit in _DURATION.findall(text))
