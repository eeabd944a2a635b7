"""`tickertone accept` as a person types it."""

import json
import shutil
from pathlib import Path

import pytest

import tickertone

pytestmark = pytest.mark.slow

MODULE = "training/worker.py"
LOG_LINE = "\nprint('a log line')\n"


@pytest.fixture
def at(copy, tickertone_of_ones_own):
    """The command, in a workspace that has been run, with code that can be edited."""
    command, _ = tickertone_of_ones_own
    command.root, command.data = copy.workspace.root, copy.data
    return command


@pytest.fixture
def tickertone_of_ones_own(tickertone, tmp_path):
    package = tmp_path / "code" / "tickertone"
    shutil.copytree(Path(tickertone_folder()), package)
    tickertone.environment["PYTHONPATH"] = str(package.parent)
    return tickertone, package


def tickertone_folder():
    return Path(tickertone.__file__).parent


@pytest.fixture
def edited(tickertone_of_ones_own):
    """A log line more in a module of training."""
    module = tickertone_of_ones_own[1] / MODULE
    module.write_text(module.read_text() + LOG_LINE)


def would_run(at):
    steps = json.loads(at("plan", "small", "--json").out)
    return {step["step"] for step in steps if step["verdict"] != "cached"}


def test_an_edited_module_is_accepted_listed_and_undone(at, edited):
    before = would_run(at)
    assert {"finetune words", "finetune letters"} <= before
    looked = at("accept", "finetune", "--dry-run", "--json")
    assert looked.code == 0
    assert {row["step"]: row["verdict"] for row in json.loads(looked.out)} == {
        "finetune words": "can be accepted",
        "finetune letters": "can be accepted",
    }
    assert would_run(at) == before

    answer = at("accept", "finetune", "--because", "one log line")
    assert (answer.code, answer.err) == (0, "")
    assert "tickertone.training.worker" in answer.out
    assert "2 results accepted; to undo it: tickertone accept --undo " in answer.out
    assert at("plan", "small", "--check").code == 0

    (listed,) = json.loads(at("accept", "--list", "--json").out)
    assert (listed["because"], listed["withdrawn"]) == ("one log line", None)
    assert "one log line" in at("accept", "--list").out
    assert "nothing to accept" in at("accept", "finetune", "--because", "again").out

    undone = at("accept", "--undo", listed["id"])
    assert (undone.code, undone.err) == (0, "")
    assert would_run(at) == before
    assert at("verify").code == 0


def test_a_refusal_names_step_reason_and_remedy(at, edited):
    at.replace("models.yaml", "family: linear", "family: linear\n    c: 3.0")
    for options in (["--because", "one log line"], ["--dry-run"]):
        answer = at("accept", "finetune", *options)
        assert answer.code == 1
        assert "recipe.c" in answer.err
        assert "--only" in answer.err
        assert "Traceback" not in answer.err


def test_a_reason_must_be_given(at):
    answer = at("accept", "finetune")
    assert answer.code == 1
    assert "--because" in answer.err


def test_steps_that_never_ran_are_counted_and_not_listed(at, copy, edited):
    copy.edit("models.yaml", lambda c: c["models"].update(third={**c["models"]["words"], "c": 9.0}))
    copy.edit("experiments/small.yaml", lambda c: c["models"].append("third"))
    looked = at("accept", "finetune", "--dry-run")
    assert looked.code == 0
    assert "finetune words" in looked.out
    assert "third" not in looked.out
    assert "and 1 step that never ran" in looked.out


def test_a_list_of_none_is_said(at):
    answer = at("accept", "--list")
    assert (answer.code, answer.out) == (
        0,
        "nothing was accepted so far: no change of code was vouched for\n",
    )
    assert json.loads(at("accept", "--list", "--json").out) == []


def test_nothing_to_undo_is_said(at):
    answer = at("accept", "--undo")
    assert answer.code == 1
    assert "no acceptance" in answer.err
