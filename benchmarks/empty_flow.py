"""Prefect's own overhead: a flow of as many tasks as an experiment has steps, which do nothing.

Task runner, waves, tags, retries, settings of results, server and launcher are those of the flow
`nightly`. From the second run on, each task is found cached, as a step is; the key is its name.

    python -m benchmarks.empty_flow FOLDER '{"ingest": ["tfsn"], ...}'
"""

import json
import sys
from pathlib import Path
from typing import Any

from flows.local import processes, server
from flows.run import launch
from tickertone.workspace import Workspace

WORKERS = 4
TAGS = {
    "ingest": ["data"],
    "validate": ["data"],
    "finetune": ["model", "training"],
    "extract": ["model"],
    "transfer": ["ensemble"],
    "combine": ["ensemble"],
    "sweep": ["ensemble"],
    "uncertainty": ["ensemble"],
    "frontier": ["ensemble"],
    "evaluate": ["ensemble"],
    "budgets": ["ensemble"],
    "claims": ["ensemble"],
    "report": ["ensemble"],
}


def run(folder: Path, subjects: str) -> int:
    """Run the flow as `tickertone run` runs nightly, with a private server; the exit status."""
    workspace = Workspace(folder)
    command = ["benchmarks.empty_flow", str(folder), subjects, "--flow"]
    with server.for_one_run(workspace) as used:
        return launch(workspace, used, command)


def flow_of(subjects: dict[str, list[str]], folder: Path) -> Any:
    """The flow; `subjects` says for each stage what it is done for."""
    from prefect import flow
    from prefect.futures import as_completed
    from prefect.task_runners import ThreadPoolTaskRunner

    tasks = {stage: _task(stage, folder) for stage in subjects}
    index = _index()

    @flow(
        name="empty", flow_run_name="empty", task_runner=ThreadPoolTaskRunner(max_workers=WORKERS)
    )
    def empty() -> int:
        done = 0
        for stage, names in subjects.items():
            if stage == "combine":
                index("logits", return_state=True)
            for future in as_completed([tasks[stage].submit(name) for name in names]):
                future.wait()
                done += future.state.is_completed()
        return done

    return empty


def _task(stage: str, folder: Path) -> Any:
    from prefect import task
    from prefect.cache_policies import CacheKeyFnPolicy
    from prefect.tasks import exponential_backoff

    def nothing(subject: str) -> str:
        return subject

    return task(
        nothing,
        name=stage,
        task_run_name=stage + " {subject}",
        tags=TAGS[stage],
        cache_policy=CacheKeyFnPolicy(
            cache_key_fn=lambda _, given: f"{stage}-{given['subject'].replace('/', '-')}"
        ),
        persist_result=True,
        result_storage=folder / "results",
        result_serializer="json",
        cache_result_in_memory=False,
        retries=3,
        retry_delay_seconds=exponential_backoff(backoff_factor=2),
        retry_jitter_factor=0.5,
    )


def _index() -> Any:
    from prefect import task
    from prefect.cache_policies import NO_CACHE

    def index(_what: str) -> int:
        return 0

    return task(index, name="index", tags=["store"], cache_policy=NO_CACHE, persist_result=False)


def _in_this_process(folder: Path, subjects: dict[str, list[str]]) -> int:
    flow = flow_of(subjects, folder)
    if not processes.wait_for_release():
        return 2
    return 0 if flow() == sum(map(len, subjects.values())) else 1


if __name__ == "__main__":
    where, what = Path(sys.argv[1]), sys.argv[2]
    if "--flow" in sys.argv:
        sys.exit(_in_this_process(where, json.loads(what)))
    sys.exit(run(where, what))
