"""Every answer of one model of one server, and what was spent on it, kept through any kill.

One file a model, one sealed JSON line an event, each fsynced before anything follows from it:

    asked     money is set aside: the most that this attempt can cost
    answered  the answer, and what it cost in truth; frees what was set aside
    refused   the server did nothing for it; frees what was set aside

An attempt that has only the first line (a timeout, a kill) may have been charged: it counts as
spent, at the most it can have cost. A line with a changed byte is not believed.
"""

import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tickertone.catalog.forms.endpoint import EndpointForm
from tickertone.endpoint.question import Question
from tickertone.errors import ConfigError
from tickertone.identity.canonical import digest
from tickertone.store.disk import disk_errors_in_words
from tickertone.store.files import locked, sync_file
from tickertone.store.sealed_json import sealed, unsealed

_ROUNDING = 1e-12  # sums of prices are not exact


class Ledger:
    """The answers of one model; many threads of one process may use it at once."""

    def __init__(self, path: Path, cap: float | None) -> None:
        """Read what is there. Another process must not write to `path` meanwhile."""
        self.path = path
        self.cap = cap
        self.unreadable = 0  # lines that are not believed
        self._lock = threading.Lock()
        self._places: dict[str, tuple[int, int]] = {}  # question -> offset and length of its line
        self._open: dict[str, float] = {}  # attempt -> what is set aside for it
        self._paid = 0.0
        with disk_errors_in_words():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a+b")
            self._read()
            sync_file(path.parent)

    @classmethod
    @contextmanager
    def of(cls, form: EndpointForm, folder: Path, locks: Path) -> Iterator["Ledger"]:
        """The ledger of a form's server and model in `folder`; waits while another process has it.

        The cap is that of the form's service.
        """
        name = digest([form.url.rstrip("/"), form.model])[:32]
        with locked(locks / f"answers-{name}.lock"):
            ledger = cls(folder / f"{name}.jsonl", form.service.spend_at_most)
            try:
                yield ledger
            finally:
                ledger.close()

    @property
    def spent(self) -> float:
        """Paid, and set aside for attempts whose end is not known, in the currency of prices."""
        return self._paid + sum(self._open.values())

    def kept(self, question: Question) -> dict[str, Any] | None:
        """The answer to a question that was asked before."""
        place = self._places.get(question.identity)
        if place is None:
            return None
        event = _event(os.pread(self._file.fileno(), place[1], place[0]))
        answer = event["answer"] if event else None
        return answer if isinstance(answer, dict) else None

    def set_aside(self, question: Question, at_most: float) -> str:
        """Note that an attempt begins; its name. Raises ConfigError if that could pass the cap."""
        attempt = secrets.token_hex(8)
        with self._lock:
            self._check_cap(at_most)
            self._open[attempt] = at_most
            if at_most:
                self._note(
                    event="asked", attempt=attempt, question=question.identity, at_most=at_most
                )
        return attempt

    def answered(
        self, attempt: str, question: Question, cost: float, answer: dict[str, Any]
    ) -> None:
        """Keep an answer; it is on the disk when this returns."""
        with self._lock:
            place = self._note(
                event="answered",
                attempt=attempt,
                question=question.identity,
                cost=cost,
                answer=answer,
            )
            self._settle(attempt, cost)
            self._places[question.identity] = place

    def refused(self, attempt: str) -> None:
        """Note that the server did nothing for an attempt, so that it cost nothing."""
        with self._lock:
            if self._open.get(attempt):
                self._note(event="refused", attempt=attempt)
            self._settle(attempt, 0.0)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _check_cap(self, at_most: float) -> None:
        if self.cap is not None and self.spent + at_most > self.cap + _ROUNDING:
            raise ConfigError(
                "service.spend_at_most",
                found=f"{self.spent:.6g} of {self.cap:g} is spent or set aside, and the next "
                f"request can cost {at_most:.6g}",
                expected="to stay within the cap; all answers so far are kept",
                remedy="raise spend_at_most in this model's stanza and run again",
            )

    def _settle(self, attempt: str, cost: float) -> None:
        self._open.pop(attempt, None)
        self._paid += cost

    def _note(self, **event: Any) -> tuple[int, int]:
        line = sealed(json.dumps(event)).encode() + b"\n"
        with disk_errors_in_words():
            offset = self._file.seek(0, os.SEEK_END)
            self._file.write(line)
            self._file.flush()
            os.fsync(self._file.fileno())
        return offset, len(line)

    def _read(self) -> None:
        self._file.seek(0)
        offset, line = 0, b"\n"
        for line in self._file:
            event = _event(line)
            if event is not None:
                self._take(event, (offset, len(line)))
            elif line.strip():
                self.unreadable += 1
            offset += len(line)
        if not line.endswith(b"\n"):  # torn by a kill: the next line begins on its own
            self._file.write(b"\n")
            self._file.flush()

    def _take(self, event: dict[str, Any], place: tuple[int, int]) -> None:
        match event["event"]:
            case "asked":
                self._open[event["attempt"]] = float(event["at_most"])
            case "answered":
                self._settle(event["attempt"], float(event["cost"]))
                self._places[event["question"]] = place
            case "refused":
                self._settle(event["attempt"], 0.0)


def _event(line: bytes) -> dict[str, Any] | None:
    """A line as it was noted, or None."""
    text = unsealed(line.rstrip(b"\n"))
    try:
        event = json.loads(text) if text else None
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None
