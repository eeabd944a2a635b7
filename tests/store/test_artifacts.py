import threading
from contextlib import nullcontext

import pytest

from tickertone.errors import DataError
from tickertone.identity.fingerprint import Parts
from tickertone.stages.work import Made, Product
from tickertone.store.artifacts import Artifacts
from tickertone.store.files import write_durably
from tickertone.store.manifest import Step
from tickertone.workspace import Workspace


def step(settings=None, **more):
    parts = Parts(stage="toy", settings=settings or {}, inputs={}, code={}, libraries={})
    return Step(subject="it", parts=parts, inputs={}, **more)


@pytest.fixture
def artifacts(tmp_path):
    return Artifacts(Workspace(tmp_path))


class Body:
    """Writes one file, and counts how often it had to."""

    def __init__(self, text="up"):
        self.text = text
        self.calls = 0

    def __call__(self, work):
        self.calls += 1
        path = work.out / "tone.txt"
        path.write_text(self.text)
        return Product(outputs={"tone": Made((path,))}, facts={"n": 1})


def quiet(_line):
    pass


def test_a_finished_step_is_adopted_and_not_done_again(artifacts):
    body = Body()
    first, made_first = artifacts.adopt_or_make(step(), body, quiet)
    second, made_second = artifacts.adopt_or_make(step(), body, quiet)
    assert (made_first, made_second, body.calls) == (True, False, 1)
    assert first == second
    assert artifacts.paths(first.outputs["tone"])[0].read_text() == "up"


def test_other_settings_are_another_step(artifacts):
    body = Body()
    artifacts.adopt_or_make(step(), body, quiet)
    artifacts.adopt_or_make(step({"rate": 1}), body, quiet)
    assert body.calls == 2


@pytest.mark.parametrize("damage", ["missing", "shorter", "torn manifest"])
def test_a_step_whose_files_are_not_whole_is_done_again(artifacts, damage):
    body = Body()
    manifest, _ = artifacts.adopt_or_make(step(), body, quiet)
    (path,) = artifacts.paths(manifest.outputs["tone"])
    if damage == "missing":
        path.unlink()
    elif damage == "shorter":
        path.write_text("")
    else:
        torn = path.with_name("manifest.json")
        torn.write_bytes(torn.read_bytes()[:50])
    again, made = artifacts.adopt_or_make(step(), body, quiet)
    assert made
    assert again.outputs == manifest.outputs
    assert path.read_text() == "up"


def test_a_flipped_byte_is_seen_when_hashes_are_asked_for(artifacts):
    manifest, _ = artifacts.adopt_or_make(step(), Body(), quiet)
    (path,) = artifacts.paths(manifest.outputs["tone"])
    path.write_text("uq")
    assert artifacts.damage(manifest) == []
    assert len(artifacts.damage(manifest, hashes=True)) == 1


def test_a_body_that_fails_leaves_nothing_that_looks_finished(artifacts):
    def body(work):
        (work.out / "half.txt").write_text("half")
        raise DataError("it", found="nothing good")

    with pytest.raises(DataError):
        artifacts.adopt_or_make(step(), body, quiet)
    assert artifacts.find(step()) is None
    assert list((artifacts.root / "toy").iterdir()) == []


def test_what_a_killed_run_left_behind_is_swept_away(artifacts):
    left = artifacts.root / "toy" / f".{step().fingerprint}.1.part"
    left.mkdir(parents=True)
    artifacts.adopt_or_make(step(), Body(), quiet)
    assert not left.exists()


def test_scratch_outlives_a_failure_and_goes_with_success(artifacts):
    def fails(work):
        work.scratch.mkdir(parents=True)
        (work.scratch / "checkpoint").write_text("half way")
        raise DataError("it", found="a power cut")

    def resumes(work):
        assert (work.scratch / "checkpoint").read_text() == "half way"
        return Body()(work)

    with pytest.raises(DataError):
        artifacts.adopt_or_make(step(), fails, quiet)
    artifacts.adopt_or_make(step(), resumes, quiet)
    assert not (artifacts.workspace.scratch / step().fingerprint).exists()


def test_two_at_once_do_it_once(artifacts):
    inside, release = threading.Event(), threading.Event()
    body = Body()

    def slow(work):
        inside.set()
        release.wait()
        return body(work)

    results = []
    threads = [
        threading.Thread(
            target=lambda: results.append(artifacts.adopt_or_make(step(), slow, quiet)[1])
        )
        for _ in range(2)
    ]
    threads[0].start()
    inside.wait()
    threads[1].start()
    release.set()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert body.calls == 1


def test_refresh_does_it_again(artifacts):
    body = Body()
    artifacts.adopt_or_make(step(), body, quiet)
    _, made = artifacts.adopt_or_make(step(refresh=True), body, quiet)
    assert made
    assert body.calls == 2


def test_equal_files_have_equal_content_whoever_made_them(artifacts):
    one, _ = artifacts.adopt_or_make(step({"rate": 1}), Body("up"), quiet)
    two, _ = artifacts.adopt_or_make(step({"rate": 2}), Body("up"), quiet)
    other, _ = artifacts.adopt_or_make(step({"rate": 3}), Body("down"), quiet)
    assert one.outputs["tone"].content == two.outputs["tone"].content
    assert one.outputs["tone"].content != other.outputs["tone"].content


@pytest.mark.parametrize("written", range(4))
def test_a_step_whose_facts_are_stated_anew_is_whole_at_every_moment(
    artifacts, monkeypatch, written
):
    first, _ = artifacts.adopt_or_make(step(), Body(), quiet)
    renamed = step().model_copy(update={"facts": {"licences": ["MIT"]}})
    left = [write_durably] * written

    def killed(*arguments):
        if not left:
            raise KeyboardInterrupt
        left.pop()(*arguments)

    monkeypatch.setattr("tickertone.store.artifacts.write_durably", killed)
    with pytest.raises(KeyboardInterrupt) if written < 3 else nullcontext():
        artifacts.restated(renamed, first)
    found = artifacts.find(renamed)
    assert found is not None
    assert ("licences" in found.facts) == (written >= 2)
