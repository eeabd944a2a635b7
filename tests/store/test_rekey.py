"""A result under a second fingerprint: the same bytes, and a manifest of its own."""

import errno
import os

import pytest

from tickertone.errors import StoreError
from tickertone.identity.fingerprint import Parts
from tickertone.stages.work import Made, Product
from tickertone.store import rekey as module
from tickertone.store.artifacts import SEAL, Artifacts
from tickertone.store.files import locked
from tickertone.store.manifest import Step
from tickertone.store.rekey import drop, rekey, rekeyed, shards_of
from tickertone.workspace import Workspace

FACT = {"id": "1", "because": "a log line"}


def parts(code, scorer=None, stage="finetune"):
    settings = {"scorer": scorer} if scorer else {}
    return Parts(stage=stage, settings=settings, inputs={}, code={"m": code}, libraries={})


def body(work):
    (work.out / "model").mkdir()
    (work.out / "model" / "weights").write_bytes(b"weights")
    (work.out / "notes").write_bytes(b"notes")
    made = Made((work.out / "model" / "weights",)), Made((work.out / "notes",))
    return Product({"model": made[0], "notes": made[1]}, {"seconds_each": 1.5})


@pytest.fixture
def artifacts(tmp_path, monkeypatch):
    monkeypatch.setattr("tickertone.store.artifacts.changed_since", lambda _parts: [])
    return Artifacts(Workspace(tmp_path))


def made(artifacts, body=body, **identity):
    step = Step(subject="words", parts=parts("a", **identity), inputs={})
    return artifacts.adopt_or_make(step, body, lambda _line: None)[0]


def files(root):
    return {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def no_links(_source, _target):
    raise OSError(errno.EXDEV, "no links here")


@pytest.mark.parametrize("link", [os.link, no_links])
def test_the_files_are_the_same_with_links_and_without(artifacts, monkeypatch, link):
    monkeypatch.setattr(module.os, "link", link)
    old = made(artifacts)
    new = rekeyed(old, parts("b"), FACT)
    assert rekey(artifacts, old, new)
    found = artifacts.read("finetune", parts("b").fingerprint)
    assert found == new
    assert artifacts.damage(found, hashes=True) == []
    assert {n: o.content for n, o in found.outputs.items()} == {
        n: o.content for n, o in old.outputs.items()
    }
    assert found.facts == {**old.facts, "accepted": FACT}
    places = [path.split("/")[1] for path in found.files()]
    assert set(places) == {new.fingerprint}
    assert artifacts.damage(old, hashes=True) == []
    assert not list(artifacts.root.glob("**/.*.part"))


def test_the_manifest_counts_only_with_its_seal(artifacts):
    old = made(artifacts)
    assert rekey(artifacts, old, rekeyed(old, parts("b"), FACT))
    (artifacts.folder("finetune", parts("b").fingerprint) / SEAL).unlink()
    assert artifacts.read("finetune", parts("b").fingerprint) is None


def test_a_copy_of_damaged_bytes_is_refused_and_nothing_is_left(artifacts, monkeypatch):
    monkeypatch.setattr(module.os, "link", no_links)
    old = made(artifacts)
    (artifacts.folder("finetune", old.fingerprint) / "notes").write_bytes(b"other")
    before = files(artifacts.root)
    with pytest.raises(StoreError, match="other bytes"):
        rekey(artifacts, old, rekeyed(old, parts("b"), FACT))
    assert files(artifacts.root) == before


def test_a_second_manifest_that_lost_its_seal_counts_no_more(artifacts):
    old = made(artifacts)
    new = rekeyed(old, parts("b"), FACT)
    assert rekey(artifacts, old, new)
    (artifacts.folder("finetune", new.fingerprint) / SEAL).unlink()
    assert artifacts.read("finetune", new.fingerprint) is None


def test_a_full_disk_leaves_nothing(artifacts, monkeypatch):
    old = made(artifacts)
    before = files(artifacts.root)

    def full(*_):
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(module, "write_manifest", full)
    with pytest.raises(OSError, match="no space"):
        rekey(artifacts, old, rekeyed(old, parts("b"), FACT))
    assert files(artifacts.root) == before


def test_a_result_that_is_being_made_is_left_alone(artifacts):
    old = made(artifacts)
    new = rekeyed(old, parts("b"), FACT)
    with locked(artifacts.workspace.locks / f"{new.fingerprint}.lock"):
        assert not rekey(artifacts, old, new)
    assert artifacts.read("finetune", new.fingerprint) is None


def test_a_result_that_was_made_meanwhile_is_left_alone(artifacts):
    old = made(artifacts)
    computed = made_of(artifacts, parts("b"))
    assert not rekey(artifacts, old, rekeyed(old, parts("b"), FACT))
    assert artifacts.read("finetune", computed.fingerprint) == computed


def made_of(artifacts, identity):
    step = Step(subject="words", parts=identity, inputs={})
    return artifacts.adopt_or_make(step, body, lambda _line: None)[0]


def test_a_damaged_result_in_the_way_is_replaced(artifacts):
    old = made(artifacts)
    computed = made_of(artifacts, parts("b"))
    (artifacts.folder("finetune", computed.fingerprint) / "notes").unlink()
    new = rekeyed(old, parts("b"), FACT)
    assert rekey(artifacts, old, new)
    assert artifacts.read("finetune", new.fingerprint) == new
    assert artifacts.damage(new, hashes=True) == []


def scored(work):
    shard = work.shards / "logits" / work.settings["scorer"] / "0.parquet"
    shard.parent.mkdir(parents=True)
    shard.write_bytes(b"rows")
    return Product({"logits": Made((shard,), "content")})


def test_shards_are_lent_to_the_new_scorer_and_taken_back(artifacts):
    old = made(artifacts, scored, scorer="one", stage="extract")
    identity = parts("b", scorer="two", stage="extract")
    new = rekeyed(old, identity, FACT)
    assert shards_of(old, identity) == ("shards/logits/two/0.parquet",)
    assert [*new.files()] == ["shards/logits/two/0.parquet"]
    assert rekey(artifacts, old, new)
    assert artifacts.damage(new, hashes=True) == []
    drop(artifacts, "extract", new.fingerprint, ["shards/logits/two/0.parquet"])
    assert artifacts.read("extract", new.fingerprint) is None
    assert artifacts.damage(new) == ["shards/logits/two/0.parquet is missing"]
    assert artifacts.damage(old, hashes=True) == []


def reasoned(work):
    made = {}
    for kind in ("logits", "rationales"):
        shard = work.shards / kind / work.settings["scorer"] / "0.parquet"
        shard.parent.mkdir(parents=True)
        shard.write_bytes(kind.encode())
        made[kind] = Made((shard,), "content")
    return Product(made)


def test_what_was_written_before_the_answer_is_lent_as_well(artifacts):
    old = made(artifacts, reasoned, scorer="one", stage="extract")
    identity = parts("b", scorer="two", stage="extract")
    new = rekeyed(old, identity, FACT)
    lent = ("shards/logits/two/0.parquet", "shards/rationales/two/0.parquet")
    assert shards_of(old, identity) == lent
    assert rekey(artifacts, old, new)
    assert artifacts.damage(new, hashes=True) == []


def test_dropping_what_is_gone_already_is_no_error(artifacts):
    drop(artifacts, "finetune", "0" * 64, ["shards/logits/two/0.parquet"])
