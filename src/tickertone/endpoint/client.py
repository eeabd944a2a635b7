"""One server: asks a question until it is answered, and pays for no answer twice.

Tried again, after a pause: what never arrived, timeouts, 408, 409, 425, 429, 5xx, and answers that
are not whole. Not tried again: a refused key, used-up credit, and requests the server cannot do.
"""

import json
import random
import threading
from collections.abc import Callable, Generator
from typing import Any

import httpx
from pydantic import SecretStr

from tickertone.catalog.forms.endpoint import EndpointForm, is_loopback
from tickertone.endpoint.keys import without
from tickertone.endpoint.ledger import Ledger
from tickertone.endpoint.pace import Clock, Pace
from tickertone.endpoint.prices import cost, tokens_at_most, tokens_counted, tokens_likely
from tickertone.endpoint.question import Question
from tickertone.endpoint.waiting import asked_to_wait, backoff, until_reset
from tickertone.endpoint.ways import NotOffered
from tickertone.errors import ModelError, SourceUnavailable

_PASSING = frozenset({408, 409, 425, 429})
_KEY_REFUSED = frozenset({401, 403})
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NO_CREDIT = ("insufficient_quota", "billing_hard_limit_reached")


class Stopped(Exception):
    """Another thread's request failed for good: this one is given up."""


class Client:
    """Asks one model; many threads may ask at once."""

    def __init__(
        self,
        form: EndpointForm,
        ledger: Ledger,
        find_key: Callable[[], SecretStr | None],
        *,
        clock: Clock | None = None,
        chance: random.Random | None = None,
    ) -> None:
        """`find_key` is called when something has to be asked; kept answers need no key."""
        service = form.service
        self.form, self.ledger = form, ledger
        self.requests = 0  # sent, failed ones included
        self._find_key = find_key
        self._key: SecretStr | None = None
        self._chance = chance or random.Random()  # noqa: S311 - jitter
        self._stop = threading.Event()
        self._clock = clock or Clock(sleep=self._sleep)
        self._pace = Pace(service.requests_per_minute, service.tokens_per_minute, self._clock)
        self._http = httpx.Client(
            timeout=service.timeout_seconds,
            limits=httpx.Limits(max_connections=service.concurrency),
            follow_redirects=False,  # texts and key go where the stanza says and nowhere else
            trust_env=not is_loopback(form.url),  # no proxy between this machine and itself
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    @property
    def place(self) -> str:
        """How errors name it."""
        return f"{self.form.model} at {self.form.url}"

    def stop(self) -> None:
        """Make every thread that waits here give up."""
        self._stop.set()

    def ask(self, question: Question) -> dict[str, Any]:
        """The answer: the one that is kept, else a new one, kept before this returns.

        Raises NotOffered, SourceUnavailable after the last attempt, ModelError if the server
        refuses the key, and ConfigError at the spending cap or if the key is nowhere.
        """
        kept = self.ledger.kept(question)
        if kept is not None:
            return kept
        self._key = self._find_key()
        for attempt in range(1, self.form.service.attempts + 1):
            if self._stop.is_set():
                raise Stopped
            self._pace.wait_for_turn(tokens_likely(question).total)
            answer, trouble = self._attempt(question, attempt)
            if answer is not None:
                return answer
        raise SourceUnavailable(
            self.place,
            found=f"{trouble}, at {self.form.service.attempts} attempts",
            expected="an answer",
            remedy="run again later: every answer so far is kept and not paid for again",
        )

    def _attempt(self, question: Question, attempt: int) -> tuple[dict[str, Any] | None, str]:
        """An answer, or what was wrong, after the pause that follows from it."""
        at_most = cost(self.form.service, tokens_at_most(question))
        ticket = self.ledger.set_aside(question, at_most)
        self.requests += 1
        try:
            response = self._http.post(
                f"{self.form.url.rstrip('/')}/{question.path}",
                json=question.body,
                auth=_Bearer(self._key),
            )
        except httpx.TransportError as error:
            if isinstance(error, _NEVER_SENT):
                self.ledger.refused(ticket)
            self._pause(None, attempt)
            return None, self._words(f"{type(error).__name__} {error}".strip())
        if response.is_success:
            answer = self._parsed(response.text)
            if answer is not None:
                counted = tokens_counted(answer)
                paid = cost(self.form.service, counted) if counted else at_most
                self.ledger.answered(ticket, question, paid, answer)
                self._pace.pause(until_reset(response.headers))
                return answer, ""
            self._pause(None, attempt)
            return None, "an answer that is not whole JSON with choices"
        if response.status_code < 500:
            self.ledger.refused(ticket)
        trouble = self._words(f"HTTP {response.status_code} {response.text}")
        self._refuse_what_will_not_pass(response, trouble)
        waiting = asked_to_wait(response.headers, self._clock.calendar())
        self._pause(waiting or until_reset(response.headers) or None, attempt)
        return None, trouble

    def _refuse_what_will_not_pass(self, response: httpx.Response, trouble: str) -> None:
        status = response.status_code
        remedy = ""
        if status in _KEY_REFUSED:
            remedy = f"check the key in the environment variable {self.form.service.key}"
        elif status == 402 or any(word in response.text for word in _NO_CREDIT):
            remedy = "add credit with the server's owner; every answer so far is kept"
        elif status < 400:
            remedy = "correct url in this model's stanza: the server redirects"
        if remedy:
            raise ModelError(self.place, found=trouble, expected="an answer", remedy=remedy)
        if status < 500 and status not in _PASSING:
            raise NotOffered(trouble)

    def _pause(self, asked: float | None, attempt: int) -> None:
        """Wait as asked, with every other thread; or a while of our own."""
        if attempt == self.form.service.attempts:
            return
        if asked is None:
            self._clock.sleep(backoff(attempt, self._chance))
            return
        if asked > self.form.service.wait_at_most_seconds:
            raise SourceUnavailable(
                self.place,
                found=f"the server asks to wait {asked:.0f} s",
                expected=f"at most {self.form.service.wait_at_most_seconds:.0f} s",
                remedy="run again then: every answer so far is kept; "
                "or raise service.wait_at_most_seconds",
            )
        self._pace.pause(asked)
        self._clock.sleep(asked + self._chance.uniform(0, min(asked, 1.0)))

    def _parsed(self, text: str) -> dict[str, Any] | None:
        try:
            answer = json.loads(without(text, self._key))
        except ValueError:
            return None
        whole = isinstance(answer, dict) and isinstance(answer.get("choices"), list)
        return answer if whole and all(isinstance(c, dict) for c in answer["choices"]) else None

    def _words(self, text: str) -> str:
        words = " ".join(without(text, self._key).split())
        return words if len(words) <= 200 else f"{words[:197]}..."

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped


class _Bearer(httpx.Auth):
    """Puts the key, if there is one, into the header at the last moment: no object shows it."""

    def __init__(self, key: SecretStr | None) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._key is not None:
            request.headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        yield request
