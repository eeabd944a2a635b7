"""What a person sees while a run goes on."""

import io
import logging
import time

import pytest
from rich.console import Console

from flows.local.progress import shown
from flows.steps import PROGRESS

pytestmark = pytest.mark.filterwarnings("ignore:Logger .* attempted to send logs")


def watched(*, terminal: bool) -> str:
    """One step that says something and ends, one that was cached, one that fails."""
    out = io.StringIO()
    under_way = logging.getLogger("prefect.task_runs")
    ended = logging.getLogger(f"prefect.flow_runs.{PROGRESS}")
    for logger in (under_way, ended):
        logger.setLevel(logging.INFO)
    before = [*under_way.handlers, *ended.handlers]
    with shown(Console(file=out, force_terminal=terminal, width=100)):
        under_way.info("[epoch] 1 of 4", extra={"task_run_name": "finetune small"})
        time.sleep(0.3)  # the display draws itself ten times a second
        ended.info("finetune small computed in 2.0 s", extra={"step": "finetune small"})
        ended.info("ingest news cached", extra={"step": "ingest news", "cached": True})
        ended.error("ingest tweets failed: no file", extra={"step": "ingest tweets"})
    assert [*under_way.handlers, *ended.handlers] == before
    return out.getvalue()


def test_a_terminal_shows_steps_under_way_and_all_that_ended():
    out = watched(terminal=True)
    for words in (
        "finetune small: [epoch] 1 of 4",
        "finetune small computed",
        "ingest news cached",
        "ingest tweets failed",
    ):
        assert words in out


def test_elsewhere_it_is_quiet_about_what_was_cached():
    assert watched(terminal=False).splitlines() == [
        "finetune small computed in 2.0 s",
        "ingest tweets failed: no file",
    ]
