from pathlib import Path

import pytest

from tests.datasets.sources.conftest import hub, hub_cache  # noqa: F401  (fixtures)
from tests.datasets.sources.hub_server import COMMIT, REPOSITORY, HubServer
from tickertone.catalog.snapshots import SnapshotSpec
from tickertone.datasets.sources.locate import source_identity
from tickertone.errors import ConfigError, DataError
from tickertone.identity.fingerprint import parts_of
from tickertone.stages.ingest import run
from tickertone.store.artifacts import Artifacts
from tickertone.store.manifest import Manifest, Step
from tickertone.workspace import Workspace

CONTENT = b"text,label\nArbin gains,1\n"


def stanza(revision: str | None = COMMIT, sha256: str | None = None) -> SnapshotSpec:
    return SnapshotSpec.model_validate(
        {
            "task": "mood",
            "source": {"hub": REPOSITORY, "revision": revision, "mirror": "there"},
            "reader": {"kind": "delimited"},
            "labels": {"1": "positive"},
            "splits": {"test": {"role": "test", "files": [{"file": "t.csv", "sha256": sha256}]}},
        }
    )


@pytest.fixture
def artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Artifacts:
    monkeypatch.delenv("TICKERTONE_MIRROR", raising=False)
    return Artifacts(Workspace(tmp_path))


def ingest(spec: SnapshotSpec, artifacts: Artifacts) -> Manifest:
    """Plan and run the step as a flow would."""
    parts = parts_of(
        "ingest",
        settings={"dataset": spec.model_dump(mode="json"), "task": {"name": "mood"}},
        inputs=source_identity(spec, artifacts.workspace.data),
        entry_points=["tickertone.stages.ingest"],
        libraries=["pyarrow"],
    )
    step = Step(subject="theirs", parts=parts, inputs={})
    manifest, _ = artifacts.adopt_or_make(step, run, lambda _: None)
    return manifest


def finished(artifacts: Artifacts) -> list[Path]:
    return [path for path in artifacts.root.rglob("*") if path.is_file()]


def test_a_data_set_is_ingested_from_the_hub_at_its_commit(hub: HubServer, artifacts: Artifacts):  # noqa: F811
    hub.files["t.csv"] = CONTENT
    manifest = ingest(stanza(), artifacts)
    assert manifest.facts["source"] == "hub"
    assert manifest.facts["revision"] == COMMIT
    assert manifest.parts.inputs == {"test/t.csv": f"hub:{REPOSITORY}@{COMMIT}/t.csv"}


def test_a_hub_file_with_another_checksum_leaves_the_store_as_it_was(
    hub: HubServer,  # noqa: F811
    artifacts: Artifacts,
):
    hub.files["t.csv"] = CONTENT
    with pytest.raises(DataError, match="wrong checksum"):
        ingest(stanza(sha256="0" * 64), artifacts)
    assert finished(artifacts) == []


def test_a_broken_hub_file_leaves_the_store_as_it_was(hub: HubServer, artifacts: Artifacts):  # noqa: F811
    hub.files["t.csv"] = b"tweet,mood\nArbin gains,1\n"
    with pytest.raises(DataError, match="no column 'text'"):
        ingest(stanza(), artifacts)
    assert finished(artifacts) == []


def test_without_a_pin_nothing_is_planned(artifacts: Artifacts):
    with pytest.raises(ConfigError, match="tickertone lock"):
        ingest(stanza(revision=None), artifacts)
