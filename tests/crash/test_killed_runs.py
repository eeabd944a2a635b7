"""A run struck by SIGKILL again and again ends as one that nobody disturbed.

Five kills by default, one of each aim; `make chaos` asks for fifty.
"""

import os
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.crash.flow import (
    computed,
    content,
    differences,
    finished_steps,
    start,
    wait_until_gone,
    workspace_with_an_encoder,
)
from tests.crash.kills import AIMS, kills
from tickertone.errors import StoreError
from tickertone.store.query import query

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("TICKERTONE_KILLS", len(AIMS)))
SEED = int(os.environ.get("TICKERTONE_KILL_SEED", "0"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What a run comes to that nobody disturbs, and the seconds that it takes."""
    root = tmp_path_factory.mktemp("undisturbed")
    workspace = workspace_with_an_encoder(root / "workspace")
    began = time.monotonic()
    assert start(workspace, root / "log").wait() == 0, (root / "log").read_text()
    return content(workspace), time.monotonic() - began


class Struck:
    """A workspace whose runs are killed, and what was seen."""

    def __init__(self, folder: Path, expected: dict[str, list[str]]) -> None:
        self.workspace = workspace_with_an_encoder(folder / "workspace")
        self.log = folder / "log"
        self.expected = expected
        self.finished: set[str] = set()
        self.seen: Counter[str] = Counter()

    def run_and(self, kill) -> bool:
        """Run, be killed, and look at what is there; False if the run ended before its kill."""
        run = start(self.workspace, self.log)
        began = time.monotonic()
        struck = kill.strike(run, self.workspace)
        moment = time.monotonic() - began
        status = run.wait()
        wait_until_gone(self.workspace)
        if not struck:
            assert status == 0, self.log.read_text()
            self.look_at_the_end()
            return False
        assert status != 0
        self.seen[kill.aim] += 1
        self.look_at_what_is_there()
        print(f"{kill.aim} at {moment:.1f} s: {len(self.finished)} steps whole", flush=True)
        return True

    def look_at_what_is_there(self) -> None:
        """What looks finished is whole, and what was finished still is."""
        whole = finished_steps(self.workspace)
        assert self.finished <= whole
        self.seen["with progress"] += whole > self.finished
        self.finished = whole
        markers = self.workspace.scratch.glob("*/checkpoints/*/complete.json")
        self.seen["with a checkpoint to resume from"] += any(markers)
        try:
            query(self.workspace, "SELECT count(*) FROM logits")
        except StoreError as error:
            if error.found != "no database yet":  # as it is before the first rows are there
                raise

    def look_at_the_end(self) -> None:
        """The same content, and no step done twice on the way."""
        assert differences(self.workspace, self.expected) == {}
        assert [step for step, times in computed(self.workspace).items() if times > 1] == []
        assert list(self.workspace.scratch.iterdir()) == []
        self.seen["runs to the end"] += 1

    def begin_anew(self) -> None:
        """An empty store."""
        shutil.rmtree(self.workspace.var)
        self.finished = set()


def test_a_run_killed_at_any_moment_is_taken_up_and_ends_the_same(undisturbed, tmp_path):
    expected, duration = undisturbed
    struck = Struck(tmp_path, expected)
    for kill in kills(KILLS, SEED, duration):
        while not struck.run_and(kill):
            struck.begin_anew()
    assert start(struck.workspace, struck.log).wait() == 0, struck.log.read_text()
    struck.look_at_the_end()
    wait_until_gone(struck.workspace)
    assert "Traceback" not in struck.log.read_text()
    print(f"an undisturbed run takes {duration:.0f} s; {dict(struck.seen)}")
