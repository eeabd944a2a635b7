import hashlib
import zipfile
from pathlib import Path

import pytest

from tests.datasets.sources.hub_server import COMMIT, REPOSITORY, HubServer
from tickertone.catalog.snapshots import SnapshotSpec
from tickertone.datasets.sources.locate import locate, source_identity
from tickertone.errors import ConfigError, DataError

CONTENT = b"text,label\nup,1\n"
SHA = hashlib.sha256(CONTENT).hexdigest()


def stanza(file: dict[str, object] | None = None, **source: object) -> SnapshotSpec:
    return SnapshotSpec.model_validate(
        {
            "task": "mood",
            "source": source,
            "reader": {"kind": "delimited"},
            "labels": {"1": "positive"},
            "splits": {"test": {"role": "test", "files": [file or {"file": "t.csv"}]}},
        }
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data" / "own").mkdir(parents=True)
    return tmp_path / "data"


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mirror" / "there").mkdir(parents=True)
    monkeypatch.setenv("TICKERTONE_MIRROR", str(tmp_path / "mirror"))
    return tmp_path / "mirror" / "there"


@pytest.fixture
def no_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TICKERTONE_MIRROR", raising=False)


def test_a_file_that_ships_with_us_is_found_first(data: Path, mirror: Path):
    (data / "own" / "t.csv").write_bytes(CONTENT)
    (mirror / "t.csv").write_bytes(b"other")
    (found,) = locate(stanza(local="own", mirror="there"), data)
    assert (found.where, found.split, found.read()) == ("local", "test", CONTENT)


def test_a_file_that_ships_with_us_and_is_missing_is_named(data: Path, mirror: Path):
    with pytest.raises(DataError, match="no such file") as caught:
        locate(stanza(local="own"), data)
    assert caught.value.place.endswith("data/own/t.csv")


def test_the_mirror_comes_before_the_hub(data: Path, mirror: Path, hub: HubServer):
    hub.files["t.csv"] = b"other"
    (mirror / "t.csv").write_bytes(CONTENT)
    (found,) = locate(stanza(mirror="there", hub=REPOSITORY, revision=COMMIT), data)
    assert (found.where, found.read()) == ("mirror", CONTENT)
    assert not hub.asked


@pytest.mark.parametrize("place", ["data/bank.zip", "bank.zip"])
def test_the_zip_that_the_hub_has_will_do_in_the_mirror(data: Path, mirror: Path, place: str):
    (mirror / "data").mkdir()
    with zipfile.ZipFile(mirror / place, "w") as archive:
        archive.writestr("v1/t.csv", CONTENT)
    file = {"file": "t.csv", "hub_file": "data/bank.zip", "member": "v1/t.csv", "sha256": SHA}
    spec = stanza(file, mirror="there")
    (found,) = locate(spec, data)
    assert (found.where, found.read()) == ("mirror", CONTENT)
    assert source_identity(spec, data) == {"test/t.csv": SHA}


def test_the_hub_is_asked_for_what_the_mirror_lacks(data: Path, mirror: Path, hub: HubServer):
    hub.files["t.csv"] = CONTENT
    (found,) = locate(stanza(mirror="there", hub=REPOSITORY, revision=COMMIT), data)
    assert (found.where, found.read()) == ("hub", CONTENT)


def test_a_wrong_checksum_names_file_both_hashes_and_remedy(data: Path, mirror: Path):
    (mirror / "t.csv").write_bytes(b"something else")
    (found,) = locate(stanza({"file": "t.csv", "sha256": SHA}, mirror="there"), data)
    with pytest.raises(DataError, match="wrong checksum") as caught:
        found.read()
    assert str(mirror / "t.csv") in caught.value.place
    assert hashlib.sha256(b"something else").hexdigest() in caught.value.found
    assert SHA in caught.value.expected
    assert caught.value.remedy


def test_without_mirror_and_pin_the_error_names_both_ways_out(data: Path, no_mirror: None):
    with pytest.raises(ConfigError) as caught:
        locate(stanza(mirror="there", hub=REPOSITORY), data)
    assert "TICKERTONE_MIRROR is not set" in caught.value.found
    assert "set TICKERTONE_MIRROR to a folder that holds there/t.csv" in caught.value.remedy
    assert "tickertone lock" in caught.value.remedy


def test_a_file_that_the_mirror_alone_could_have_is_named(data: Path, mirror: Path):
    with pytest.raises(DataError, match=r"no there/t\.csv in the mirror"):
        locate(stanza(mirror="there"), data)


def test_a_mirror_that_is_no_folder_is_a_mistake_in_the_variable(data: Path, monkeypatch):
    monkeypatch.setenv("TICKERTONE_MIRROR", str(data / "nowhere"))
    with pytest.raises(ConfigError, match="TICKERTONE_MIRROR"):
        locate(stanza(mirror="there"), data)


def test_identity_is_the_hash_of_the_bytes_that_are_here(data: Path, mirror: Path):
    (mirror / "t.csv").write_bytes(CONTENT)
    spec = stanza({"file": "t.csv", "sha256": "0" * 64}, mirror="there")
    assert source_identity(spec, data) == {"test/t.csv": SHA}


def test_identity_of_a_file_that_is_not_here_is_its_pinned_hash(data: Path, no_mirror: None):
    spec = stanza({"file": "t.csv", "sha256": SHA}, mirror="there", hub=REPOSITORY)
    assert source_identity(spec, data) == {"test/t.csv": SHA}


def test_identity_of_a_file_without_a_hash_is_its_commit(data: Path, no_mirror: None):
    spec = stanza(hub=REPOSITORY, revision=COMMIT)
    assert source_identity(spec, data) == {"test/t.csv": f"hub:{REPOSITORY}@{COMMIT}/t.csv"}


def test_a_file_with_neither_place_nor_pin_has_no_identity(data: Path, no_mirror: None):
    with pytest.raises(ConfigError, match="no revision"):
        source_identity(stanza(hub=REPOSITORY), data)
