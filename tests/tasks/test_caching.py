from pathlib import Path

import pytest

from tasks.caching import ByFingerprint, record
from tickertone.identity.fingerprint import Parts
from tickertone.stages.work import Made, Product, Work
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Step
from tickertone.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def step() -> Step:
    parts = Parts(stage="ingest", settings={}, inputs={}, code={}, libraries={})
    return Step(subject="tweets", parts=parts, inputs={})


def key_of(step: Step, workspace: Workspace) -> str:
    return ByFingerprint().compute_key(None, {"step": step, "workspace": workspace}, {})


def finish(step: Step, workspace: Workspace) -> None:
    def body(work: Work) -> Product:
        (work.out / "rows.txt").write_text("rows")
        return Product(outputs={"rows": Made((work.out / "rows.txt",))})

    Artifacts(workspace).adopt_or_make(step, body, lambda _: None)


def write_record(step: Step, workspace: Workspace) -> Path:
    workspace.prefect_results.mkdir(parents=True)
    record(step, workspace).write_text("{}")
    return record(step, workspace)


def test_the_key_is_the_stage_and_24_digits_of_the_fingerprint(step, workspace):
    assert key_of(step, workspace) == f"ingest-{step.fingerprint[:24]}"


def test_a_record_is_kept_while_a_whole_manifest_stands_behind_it(step, workspace):
    finish(step, workspace)
    kept = write_record(step, workspace)

    key_of(step, workspace)

    assert kept.exists()


def test_a_record_without_a_manifest_is_removed(step, workspace):
    stale = write_record(step, workspace)

    key_of(step, workspace)

    assert not stale.exists()


def test_a_record_whose_file_is_missing_is_removed(step, workspace):
    finish(step, workspace)
    stale = write_record(step, workspace)
    next(workspace.artifacts.rglob("rows.txt")).unlink()

    key_of(step, workspace)

    assert not stale.exists()


def test_a_step_to_be_refreshed_loses_its_record(step, workspace):
    finish(step, workspace)
    stale = write_record(step, workspace)

    key = key_of(step.model_copy(update={"refresh": True}), workspace)

    assert not stale.exists()
    assert key == key_of(step, workspace)
