"""Runs that were cut short, noted as cancelled: nobody else would say that they are over.

A run that stays "Running" in the history holds its deployment's only place until its lease ends.
"""

import json
import urllib.request
from datetime import datetime
from typing import Any

# A scheduled run, or one that waits for its turn, is left: it comes when all is up again.
_UNDER_WAY = ["PENDING", "RUNNING", "CANCELLING"]
_MESSAGE = "cut short by `make down`; what was finished is kept"


def cancel_runs_of_deployments(api: str, since: datetime) -> int:
    """Note every run of a deployment that was cut short as cancelled, and its tasks; their number.

    To be called when their processes have ended, while the server still answers; `since` is when
    the first of them was asked to. Raises OSError.
    """
    # The server is that of this workspace alone, so every deployment on it is ours.
    ours = {"deployment_id": {"is_null_": False}}
    under_way = {"state": {"type": {"any_": _UNDER_WAY}}}
    # A worker that outlives its run for a moment says that it crashed: that was us.
    crashed = {"state": {"type": {"any_": ["CRASHED"]}}, "end_time": {"after_": since.isoformat()}}
    cancelled = set()
    for cut_short in (under_way, crashed):
        cancelled |= _cancel_all(f"{api}/flow_runs", {"flow_runs": {**ours, **cut_short}})
    for run in cancelled:
        tasks = {"state": {"type": {"any_": _UNDER_WAY}}, "flow_run_id": {"any_": [run]}}
        _cancel_all(f"{api}/task_runs", {"task_runs": tasks})
    return len(cancelled)


def _cancel_all(runs: str, wanted: dict[str, Any]) -> set[str]:
    """Note as cancelled all runs that are found, a page at a time; their ids."""
    state = {"type": "CANCELLED", "name": "Cancelled", "message": _MESSAGE}
    done: set[str] = set()
    while found := {run["id"] for run in _ask(f"{runs}/filter", wanted)} - done:
        for run in found:
            # Forced: the rules for a state that a run reports itself have nobody to keep them.
            _ask(f"{runs}/{run}/set_state", {"state": state, "force": True})
        done |= found
    return done


def _ask(url: str, body: dict[str, Any]) -> Any:
    content = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), content)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours, on 127.0.0.1
        return json.load(answer)
