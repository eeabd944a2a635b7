"""The commands that look after the store, as a person types them."""

import json

import pytest

from tests.store.damage import flip, victim

pytestmark = pytest.mark.slow


@pytest.fixture
def at(copy, tickertone):
    """The command, in a workspace that has been run."""
    tickertone.root, tickertone.data = copy.workspace.root, copy.data
    return tickertone


def test_verify_says_how_much_was_checked(at):
    answer = at("verify")
    assert (answer.code, answer.err) == (0, "")
    assert "files" in answer.out
    assert "MB" in answer.out


def test_a_finding_names_place_and_remedy_and_mending_makes_it_well(at, copy):
    page = victim(copy.workspace, "report page")
    flip(page, 100)
    flip(copy.workspace.database, 3 * 4096 + 8)
    answer = at("verify", "--json")
    assert answer.code == 1
    rows = {row["kind"]: row for row in json.loads(answer.out)}
    assert page.parent.name in rows["file"]["where"]
    assert "--mend" in rows["file"]["next"]
    assert rows["database"]

    mended = at("verify", "--mend")
    assert mended.code == 1
    assert "set aside" in mended.err
    assert copy.computed() == {"report small"}
    assert at("verify").code == 0


def test_rebuild_brings_back_a_lost_database(at, copy):
    before = at("leaderboard", "small", "--json").out
    copy.workspace.database.unlink()
    assert at("rebuild").code == 0
    assert at("leaderboard", "small", "--json").out == before


def test_prune_removes_only_when_told_to(at, copy):
    copy.edit("experiments/small.yaml", lambda e: e["combiners"].pop("stacking"))
    copy.run()
    first = at("prune")
    assert (first.code, first.err) == (0, "")
    assert "would be freed" in first.out
    assert at("prune").out == first.out
    assert "MB freed" in at("prune", "--yes").out
    assert "nothing to remove" in at("prune").out


def test_a_backup_can_be_restored(at, copy, tmp_path):
    folder = str(tmp_path / "backup")
    before = at("leaderboard", "small", "--json").out
    assert at("backup", folder).code == 0
    refused = at("restore", folder)
    assert refused.code == 1
    assert "--force" in refused.err
    assert at("restore", folder, "--force").code == 0
    assert at("leaderboard", "small", "--json").out == before
    assert at("verify").code == 0
