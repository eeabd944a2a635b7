from pathlib import Path

import pytest
import yaml

from tests.datasets.sources.hub_server import COMMIT, REPOSITORY, HubServer
from tickertone.datasets.sources.lock import hub_commit, lock_revisions
from tickertone.errors import ConfigError, SourceUnavailable

DATASETS = """\
# what people wrote
datasets:
  a:
    source:
      hub: someone/headlines   # theirs
      revision: null  # not yet
      mirror: a
  b: {source: {hub: other/set, revision: ~}}
  c:
    source: {hub: null, revision: null, mirror: c}
  d:
    source:
      hub: someone/headlines
  e: {source: {hub: other/set, mirror: e}}
  f:
    source:
      hub: pinned/set
      revision: "ffffffffffffffffffffffffffffffffffffffff"
  g:
    source:
      revision:
      hub: someone/headlines
"""
MODELS = "models:\n  m:\n    base: {hub: base/model, revision: null}\n"
PINS = {"someone/headlines": "1" * 40, "other/set": "2" * 40, "base/model": "3" * 40}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "datasets.yaml").write_text(DATASETS)
    (tmp_path / "models.yaml").write_text(MODELS)
    return tmp_path


def lock(folder: Path) -> list[str]:
    return lock_revisions(folder, resolve=lambda _kind, repository: PINS[repository])


def test_every_open_revision_is_pinned_and_nothing_else_changes(folder: Path):
    lock(folder)
    before, after = yaml.safe_load(DATASETS), yaml.safe_load((folder / "datasets.yaml").read_text())
    for name, stanza in before["datasets"].items():
        source = stanza["source"]
        if source["hub"] in PINS:
            source["revision"] = PINS[source["hub"]]
        assert after["datasets"][name]["source"] == source
    models = yaml.safe_load((folder / "models.yaml").read_text())
    assert models["models"]["m"]["base"]["revision"] == "3" * 40


def test_comments_and_layout_stay_to_the_byte(folder: Path):
    lock(folder)
    lines = (folder / "datasets.yaml").read_text().splitlines()
    assert lines[0] == "# what people wrote"
    assert "      hub: someone/headlines   # theirs" in lines
    assert f'      revision: "{"1" * 40}"  # not yet' in lines


def test_a_second_lock_finds_nothing_to_do(folder: Path):
    assert len(lock(folder)) == 3
    before = (folder / "datasets.yaml").read_bytes()
    assert lock(folder) == ["every Hub revision is pinned already"]
    assert (folder / "datasets.yaml").read_bytes() == before


def test_if_one_repository_does_not_resolve_the_file_stays_as_it_was(folder: Path):
    def resolve(_kind: str, repository: str) -> str:
        if repository == "someone/headlines":
            raise SourceUnavailable(repository, found="no answer")
        return "2" * 40

    with pytest.raises(SourceUnavailable):
        lock_revisions(folder, resolve=resolve)
    assert (folder / "datasets.yaml").read_text() == DATASETS


@pytest.mark.parametrize("kind", ["dataset", "model"])
def test_the_commit_is_the_one_that_the_hub_names(hub: HubServer, kind):
    assert hub_commit(kind, REPOSITORY) == COMMIT


def test_a_repository_that_the_hub_does_not_know_is_a_mistake_in_the_stanza(hub: HubServer):
    with pytest.raises(ConfigError, match="someone/else") as caught:
        hub_commit("dataset", "someone/else")
    assert "data/datasets.yaml" in caught.value.remedy


def test_a_hub_that_does_not_answer_leaves_the_pin_for_later(hub: HubServer):
    hub.failures["GET"] = [503] * 10
    with pytest.raises(SourceUnavailable, match="503"):
        hub_commit("dataset", REPOSITORY)
