"""What a person sees while a run goes on: the steps under way, and a line for each that ended.

On a terminal the steps under way are shown below with what they last said; elsewhere there is no
live display, and a step that was cached is not worth a line.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from flows.steps import PROGRESS

_STYLES = {logging.INFO: "dim", logging.ERROR: "bold red"}


@contextmanager
def shown(console: Console) -> Iterator[None]:
    """Show progress for the time of the `with` block."""
    display = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    under_way = _UnderWay(display)
    ended = _Ended(console, under_way)
    handlers = {"prefect.task_runs": under_way, f"prefect.flow_runs.{PROGRESS}": ended}
    for name, handler in handlers.items():
        logging.getLogger(name).addHandler(handler)
    try:
        with display:
            yield
    finally:
        for name, handler in handlers.items():
            logging.getLogger(name).removeHandler(handler)


class _UnderWay(logging.Handler):
    """One line for each step under way: its name, and what it said last."""

    def __init__(self, display: Progress) -> None:
        super().__init__(logging.INFO)
        self._display = display
        self._lines: dict[str, TaskID] = {}
        self._guard = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        name = str(getattr(record, "task_run_name", ""))
        if record.getMessage().startswith("Finished in state"):  # Prefect's own last word
            self.end(name)
            return
        words = escape(f"{name}: {record.getMessage()}"[: self._display.console.width - 16])
        with self._guard:
            if name in self._lines:
                self._display.update(self._lines[name], description=words)
            else:
                self._lines[name] = self._display.add_task(words, total=None)

    def end(self, name: str) -> None:
        """Take a step's line away."""
        with self._guard:
            if name in self._lines:
                self._display.remove_task(self._lines.pop(name))


class _Ended(logging.Handler):
    """A line for each step that ended, red where it failed."""

    def __init__(self, console: Console, under_way: _UnderWay) -> None:
        super().__init__(logging.INFO)
        self._console = console
        self._under_way = under_way

    def emit(self, record: logging.LogRecord) -> None:
        self._under_way.end(str(getattr(record, "step", "")))
        if self._console.is_terminal or not getattr(record, "cached", False):
            style = _STYLES.get(record.levelno, "")
            self._console.print(escape(record.getMessage()), style=style, highlight=False)
