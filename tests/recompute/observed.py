"""What a plan said, what the run after it did, and what is then planned."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.dag.bench import Bench
from tests.fresh_interpreter import CHECKOUT
from tests.recompute.around import Around
from tickertone.dag.history import History
from tickertone.dag.plan import plan_experiment
from tickertone.dag.planner import Node
from tickertone.dag.run import Run, run_here
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Manifest
from tickertone.workspace import Workspace


@dataclass(frozen=True)
class Observed:
    """Everything by the names of steps."""

    verdicts: Mapping[str, str]  # of the plan before the run
    reasons: Mapping[str, list[str]]
    outcomes: Mapping[str, str]  # of the run
    scored: Mapping[str, int]  # texts that the extractions scored
    unchanged: list[str]  # the steps that ran and came out as the time before
    afterwards: Mapping[str, str]  # verdicts of the plan after the run
    fingerprints: Mapping[str, str | None]  # according to that plan

    @property
    def computed(self) -> set[str]:
        """The steps that ran."""
        return {step for step, outcome in self.outcomes.items() if outcome == "computed"}


def observe(workspace: Workspace, experiment: str, options: Mapping[str, Any]) -> Observed:
    """Plan, run, plan again, in this process. Planning must leave no trace."""
    here = _files(workspace)
    planned = plan_experiment(workspace, experiment, **options)
    assert _files(workspace) == here
    before = {s.step: _last(workspace, Node(s.stage, s.subject)) for s in planned.steps}

    run = Run.open(workspace, experiment, **options)
    run_here(run, lambda _line: None)
    entries = run.journal.entries
    made = {
        entry.step: Artifacts(workspace).read(entry.stage, str(entry.fingerprint))
        for entry in entries
        if entry.outcome == "computed"
    }
    afterwards = plan_experiment(workspace, experiment, options.get("models", ()))
    return Observed(
        verdicts={s.step: s.verdict for s in planned.steps},
        reasons={s.step: list(s.reasons) for s in planned.steps},
        outcomes={entry.step: entry.outcome for entry in entries},
        scored={step: n for step, m in made.items() if m and (n := m.facts.get("rows_scored"))},
        unchanged=[step for step, m in made.items() if _contents(m) == _contents(before[step])],
        afterwards={s.step: s.verdict for s in afterwards.steps},
        fingerprints={s.step: s.fingerprint for s in afterwards.steps},
    )


_PROGRAM = """
import sys
from pathlib import Path
{prelude}
from tests.recompute.observed import print_observed
print_observed(Path(sys.argv[1]), sys.argv[2])
"""


def observe_in_process(bench: Bench, experiment: str, around: Around) -> Observed:
    """The same in a new interpreter, which runs the code on disk."""
    program = _PROGRAM.format(prelude=around.prelude)
    done = subprocess.run(
        [sys.executable, "-c", program, str(bench.workspace.root), experiment],
        capture_output=True,
        text=True,
        cwd=around.folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(around.source), str(CHECKOUT)]),
            **around.env,
        },
    )
    assert done.returncode == 0, done.stderr
    return Observed(**json.loads(done.stdout.splitlines()[-1]))


def print_observed(root: Path, experiment: str) -> None:
    """What such an interpreter does."""
    print(json.dumps(asdict(observe(Workspace(root), experiment, {}))))


def _files(workspace: Workspace) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in sorted(workspace.root.rglob("*"))}


def _last(workspace: Workspace, node: Node) -> Manifest | None:
    history = History(workspace)
    entry = history.last(node)
    return history.manifest(entry) if entry else None


def _contents(manifest: Manifest | None) -> dict[str, str] | None:
    return {name: o.content for name, o in manifest.outputs.items()} if manifest else None
