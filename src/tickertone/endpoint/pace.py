"""When the next request may be sent: requests and tokens a minute, and pauses the server asks for.

One pace is shared by all threads that talk to one server; a pause holds up every one of them.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Clock:
    """Seconds that pass, seconds of the calendar (since 1970), and a way to wait some."""

    now: Callable[[], float] = time.monotonic
    calendar: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass
class Pace:
    """Spaces requests evenly, with no bursts: a server's own window need not be known."""

    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0  # when the next request may go, by the limits
        self._paused_until = 0.0

    def wait_for_turn(self, tokens: int) -> None:
        """Return when a request of so many tokens may be sent; the turn is then taken."""
        with self._lock:
            turn = max(self._next, self.clock.now())
            self._next = turn + self._gap(tokens)
        while (left := max(turn, self._paused_until) - self.clock.now()) > 0:
            self.clock.sleep(left)

    def pause(self, seconds: float) -> None:
        """Send nothing for so long. A shorter pause does not end a longer one."""
        with self._lock:
            self._paused_until = max(self._paused_until, self.clock.now() + seconds)

    def _gap(self, tokens: int) -> float:
        by_requests = 60 / self.requests_per_minute if self.requests_per_minute else 0.0
        by_tokens = 60 * tokens / self.tokens_per_minute if self.tokens_per_minute else 0.0
        return max(by_requests, by_tokens)
