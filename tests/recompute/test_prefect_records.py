"""One more change, which only a real flow run can show: Prefect's own records are deleted."""

import json
import os
import subprocess
import sys

import pytest

from flows.local.settings import CHECKOUT
from tests.recompute.content import content, fingerprints
from tickertone.dag.plan import plan_experiment

pytestmark = pytest.mark.slow


def flow_run(bench) -> set[str]:
    """The outcomes of all steps of a run by Prefect, in processes of its own."""
    known = set(bench.workspace.runs.glob("*.jsonl"))
    kept = {name: value for name, value in os.environ.items() if "PREFECT" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "flows.run", "small"],
        cwd=CHECKOUT,
        env={**kept, "TICKERTONE_HOME": str(bench.workspace.root)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (journal,) = set(bench.workspace.runs.glob("*.jsonl")) - known
    return {json.loads(line)["outcome"] for line in journal.read_text().splitlines()}


def test_without_prefects_records_every_whole_manifest_is_adopted(copy):
    """The first run finds a store that Prefect never saw, the second one without its records."""
    stands, said = fingerprints(copy), content(copy, "small")
    assert flow_run(copy) == {"cached"}

    records = [path for path in copy.workspace.prefect_results.iterdir() if path.is_file()]
    assert len(records) >= len(stands)
    for record in records:
        record.unlink()

    assert plan_experiment(copy.workspace, "small").all_cached
    assert flow_run(copy) == {"cached"}
    assert (fingerprints(copy), content(copy, "small")) == (stands, said)
