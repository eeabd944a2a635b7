import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.datasets.sources.hub_server import COMMIT, REPOSITORY, HubServer
from tickertone.datasets.sources.hub import download
from tickertone.errors import DataError, SourceUnavailable
from tickertone.hub import ATTEMPTS

FILE = "data/train.csv"
CONTENT = b"text,label\nup,1\n"


def test_a_file_is_fetched_at_its_commit_into_the_hubs_cache(hub: HubServer, hub_cache: Path):
    hub.files[FILE] = CONTENT
    path = download(REPOSITORY, COMMIT, FILE)
    assert path.read_bytes() == CONTENT
    assert path == hub_cache / "datasets--someone--headlines" / "snapshots" / COMMIT / FILE


def test_a_cached_file_is_not_asked_for_again(hub: HubServer):
    hub.files[FILE] = CONTENT
    download(REPOSITORY, COMMIT, FILE)
    before = hub.asked.total()
    assert download(REPOSITORY, COMMIT, FILE).read_bytes() == CONTENT
    assert hub.asked.total() == before


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_a_transfer_that_fails_for_the_moment_is_repeated_with_growing_waits(hub, status):
    hub.files[FILE] = CONTENT
    hub.failures["GET"] = [status] * (1 if status == 429 else 2)
    waits: list[float] = []
    assert download(REPOSITORY, COMMIT, FILE, wait=waits.append).read_bytes() == CONTENT
    assert hub.asked["GET", status] >= 1
    for attempt, seconds in enumerate(waits):
        assert 0.5 * 2**attempt <= seconds <= 1.5 * 2**attempt


@pytest.mark.parametrize("status", [503, 429])
def test_a_look_up_that_fails_for_the_moment_is_repeated(hub: HubServer, status):
    hub.files[FILE] = CONTENT
    hub.failures["HEAD"] = [status, status]
    assert download(REPOSITORY, COMMIT, FILE).read_bytes() == CONTENT
    assert hub.asked["HEAD", status] == 2


def test_a_transfer_that_always_fails_says_so_and_may_be_tried_again_later(hub: HubServer):
    hub.files[FILE] = CONTENT
    hub.failures["GET"] = [503] * 100
    waits: list[float] = []
    with pytest.raises(SourceUnavailable, match="status 503") as caught:
        download(REPOSITORY, COMMIT, FILE, wait=waits.append)
    assert len(waits) == ATTEMPTS - 1
    assert caught.value.retryable
    assert "TICKERTONE_MIRROR" in caught.value.remedy


def test_a_look_up_that_always_fails_says_so(hub: HubServer):
    hub.failures["HEAD"] = [503] * 100
    with pytest.raises(SourceUnavailable, match="did not answer"):
        download(REPOSITORY, COMMIT, FILE)


def test_a_hub_that_cannot_be_reached_is_unavailable(hub: HubServer, monkeypatch):
    from huggingface_hub import constants

    nowhere = "http://127.0.0.1:9"  # the discard port: nothing listens there
    monkeypatch.setattr(constants, "ENDPOINT", nowhere)
    monkeypatch.setattr(
        constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        nowhere + "/{repo_id}/resolve/{revision}/{filename}",
    )
    with pytest.raises(SourceUnavailable, match="ConnectError"):
        download(REPOSITORY, COMMIT, FILE)


@pytest.mark.parametrize(
    ("repository", "commit", "file", "found"),
    [
        ("someone/else", COMMIT, FILE, "no data set someone/else"),
        (REPOSITORY, "f" * 40, FILE, "no such commit"),
        (REPOSITORY, COMMIT, "data/other.csv", "no such file"),
    ],
)
def test_what_the_hub_does_not_have_is_an_error_that_no_retry_cures(
    hub: HubServer, repository, commit, file, found
):
    with pytest.raises(DataError) as caught:
        download(repository, commit, file, wait=lambda _: pytest.fail("waited"))
    assert found in caught.value.found
    assert not caught.value.retryable
    assert caught.value.remedy


def cached(cache: Path) -> None:
    """The Hub's cache layout: blobs by etag, snapshots by commit as links into them."""
    folder = cache / "datasets--someone--headlines"
    pointer = folder / "snapshots" / COMMIT / FILE
    pointer.parent.mkdir(parents=True)
    (folder / "blobs").mkdir()
    (folder / "blobs" / "etag1").write_bytes(CONTENT)
    pointer.symlink_to(folder / "blobs" / "etag1")


def offline(cache: Path, file: str) -> subprocess.CompletedProcess[str]:
    """Ask in a fresh process, with the variables that a user sets."""
    code = (
        "from tickertone.datasets.sources.hub import download\n"
        "from tickertone.errors import TickertoneError\n"
        f"try: print(download({REPOSITORY!r}, {COMMIT!r}, {file!r}).read_bytes())\n"
        "except TickertoneError as error: print(type(error).__name__, error)\n"
    )
    environment = {**os.environ, "HF_HUB_CACHE": str(cache), "HF_HUB_OFFLINE": "1"}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )


def test_offline_a_cached_file_is_found(tmp_path: Path):
    cached(tmp_path)
    assert offline(tmp_path, FILE).stdout.strip() == repr(CONTENT)


def test_offline_a_file_that_is_not_cached_is_an_error_with_two_ways_out(tmp_path: Path):
    cached(tmp_path)
    said = offline(tmp_path, "data/test.csv").stdout
    assert said.startswith("DataError")
    assert "unset HF_HUB_OFFLINE" in said
    assert "TICKERTONE_MIRROR" in said
