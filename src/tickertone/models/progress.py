"""Lines of progress, not more often than a person wants to read them."""

import time
from collections.abc import Callable

from tickertone.models.protocol import Say


class Throttled:
    """Says a line if the last one is long enough ago; the line is made only then."""

    def __init__(self, say: Say, seconds: float = 10.0) -> None:
        self.say = say
        self.seconds = seconds
        self.last = time.monotonic()

    def __call__(self, line: Callable[[], str]) -> None:
        """Say `line()` or nothing."""
        if time.monotonic() - self.last >= self.seconds:
            self.last = time.monotonic()
            self.say(line())
