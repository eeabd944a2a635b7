"""Prefect's settings, as environment variables: all that it writes stays below var/prefect.

They must be set before prefect is imported. Nothing here imports it.
"""

import os
from pathlib import Path

from tickertone.workspace import HOME_VARIABLE, Workspace

CHECKOUT = Path(__file__).resolve().parents[2]  # where flows/, tasks/ and prefect.yaml are
CHECKOUT_VARIABLE = "TICKERTONE_CHECKOUT"  # prefect.yaml names it, for the worker

# Services that only a server with schedules and a UI needs. What is left records task runs and
# events and takes back leases.
_SCHEDULING = (
    "CANCELLATION_CLEANUP",
    "CLEANUP_RECONCILER",
    "DB_VACUUM",
    "EVENT_LOGGER",
    "FOREMAN",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "SCHEDULER",
    "TRIGGERS",
)

# States of task runs and events are written together, every few seconds and at the server's end.
# One transaction each would collide with what a task asks about the limits of its tags: SQLite
# refuses that at once, and Prefect's client asks again after two seconds.
_IN_BATCHES = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "1000",
}


def base(workspace: Workspace) -> dict[str, str]:
    """For every process that uses Prefect."""
    return {
        HOME_VARIABLE: str(workspace.root),
        CHECKOUT_VARIABLE: str(CHECKOUT),
        "MPLCONFIGDIR": str(workspace.var / "matplotlib"),  # else it writes to the home directory
        "PREFECT_HOME": str(workspace.prefect),
        "PREFECT_LOCAL_STORAGE_PATH": str(workspace.prefect_results),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    }


def server(workspace: Workspace, *, private: bool) -> dict[str, str]:
    """For a server; a private one serves a single run and has neither schedules nor a UI."""
    settings = {
        **os.environ,
        **base(workspace),
        # A step that waits for a place to train asks again after at most this many seconds.
        "PREFECT_SERVER_CONCURRENCY_MAXIMUM_CONCURRENCY_SLOT_WAIT_SECONDS": "2",
        # Leases on disk, where every server of this workspace finds them: those in the memory of a
        # server that was killed would hold its place to train for ever.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": (
            "prefect.server.concurrency.lease_storage.filesystem"
        ),
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    }
    settings.pop("PREFECT_API_URL", None)
    if private:
        settings["PREFECT_SERVER_UI_ENABLED"] = "false"
        settings |= _IN_BATCHES
        settings |= {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in _SCHEDULING}
    return settings


def run(workspace: Workspace, *, verbose: bool) -> dict[str, str]:
    """For a flow run that a person watches; the whole log is on the server in any case."""
    console = "INFO" if verbose else "CRITICAL"
    return {**base(workspace), "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": console}
