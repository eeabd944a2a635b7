"""A result that lacks what another step reads is told as such, wherever steps are planned."""

import pytest

from tests.dag.vouching import manifest
from tickertone.catalog.load import load_catalog
from tickertone.dag.plan import plan_experiment
from tickertone.dag.planner import CANNOT_PLAN, Node, NoSuchOutput, Results
from tickertone.dag.reach import reach
from tickertone.identity.fingerprint import Parts
from tickertone.store.artifacts import Artifacts, write_manifest
from tickertone.store.manifest import Manifest, Output

LACKS = "no output quarantine"


def test_a_missing_output_names_the_step_and_what_it_has():
    parts = Parts(stage="ingest", settings={}, inputs={}, code={}, libraries={})
    made = {"test": Output(content="0", files=())}
    ingested = Manifest(
        subject="wires", fingerprint=parts.fingerprint, parts=parts, outputs=made, facts={}
    )
    results = Results({Node("ingest", "wires"): ingested})
    assert results.output("ingest", "wires", "test") == made["test"]
    with pytest.raises(NoSuchOutput, match=LACKS) as raised:
        results.output("ingest", "wires", "quarantine")
    assert isinstance(raised.value, CANNOT_PLAN)


@pytest.mark.slow
def test_plan_run_and_prune_live_with_a_result_of_code_that_made_less(copy):
    made = manifest(copy, "ingest", "demo_wires")
    less = {name: output for name, output in made.outputs.items() if name != "quarantine"}
    folder = Artifacts(copy.workspace).folder("ingest", made.fingerprint)
    write_manifest(folder, made.model_copy(update={"outputs": less}))
    steps = {step.step: step for step in plan_experiment(copy.workspace, "small").steps}
    assert steps["ingest demo_wires"].verdict == "cached"
    assert steps["validate demo_wires"].verdict == "blocked"
    assert LACKS in steps["validate demo_wires"].reasons[0]
    assert reach(copy.workspace, load_catalog(copy.data)).every_unfinished
    summary, _ = copy.run()
    assert any(LACKS in failure for failure in summary.failures)
    copy.run(refresh=["ingest"])
    assert copy.computed() == set()
